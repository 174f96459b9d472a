/**
 * Decides which allocations share memory: those that are not live at the same time, and all
 * allocations of one tagged scope.
 */

import { factlessAnalyzer } from "../../arith";
import {
  Allocate,
  add,
  bitsOf,
  constant,
  elementOf,
  eq,
  exprEqual,
  floorDiv,
  floorMod,
  IntImm,
  lanesOf,
  max,
  mul,
  noOp,
  scopeOfPointer,
  someNode,
  StorageRank,
  trueImm,
  type DataType,
  type PrimExpr,
  type Stmt,
  type StorageScope,
  type Var,
} from "../../ir";
import type { MemoryInfo } from "../../pass";
import { kibibytes, UsageError } from "../../support";
import { constantAllocationSize } from "../analysis/allocation";
import { canBeInPlace } from "./inplace";
import { linearAccess, type Event, type LinearAccess } from "./linear-access";

/** A range of memory and the allocations that use it. */
export class StorageEntry {
  readonly allocations: Allocate[] = [];
  /** Other entries in the allocation of this entry. */
  readonly merged: StorageEntry[] = [];
  /**
   * The statement that replaces the allocations, with an empty body; undefined for an entry merged
   * into another.
   */
  allocation: Allocate | undefined;
  pointer: Var | undefined;
  /** The offset of this entry in its allocation. */
  bitsOffset = 0;

  constructor(
    /** The statement in whose body it is allocated; undefined for the whole program. */
    readonly attachedTo: Stmt | undefined,
    readonly scope: StorageScope,
    readonly elementType: DataType,
    /** 0 if unknown at compile time. */
    public bits: number,
  ) {}
}

export interface StoragePlan {
  /** The entry of each old allocation that moves, by its variable. */
  readonly storageOf: ReadonlyMap<Var, StorageEntry>;
  /** The variables of allocations that stay, because their size is known only at their position. */
  readonly staying: ReadonlySet<Var>;
  /** The entries allocated in a statement's body, or (`undefined`) around the whole program. */
  readonly attached: ReadonlyMap<Stmt | undefined, readonly StorageEntry[]>;
}

export function planStorage(
  body: Stmt,
  memories: Readonly<Record<string, MemoryInfo>>,
): StoragePlan {
  const planner = new Planner(linearAccess(body));
  planner.assign();
  const attached = new Map<Stmt | undefined, StorageEntry[]>();
  for (const storage of planner.storages) {
    const here = attached.get(storage.attachedTo);
    if (here === undefined) attached.set(storage.attachedTo, [storage]);
    else here.push(storage);
  }
  for (const storages of attached.values()) allocateAll(storages, memories);
  return { storageOf: planner.storageOf, staying: planner.staying, attached };
}

// Assignment ----------------------------------------------------------------------------------

/** Memories whose live range begins, and those whose live range ends. */
interface Changes {
  readonly begin: Var[];
  readonly end: Var[];
}

/** A free entry is reused for sizes up to this many times smaller or larger than its size. */
const REUSE_RANGE = 16;

class Planner {
  readonly storages: StorageEntry[] = [];
  readonly storageOf = new Map<Var, StorageEntry>();
  readonly staying = new Set<Var>();
  /**
   * The variables of loops and lets around the current event, inside the statement that memory is
   * attached to.
   */
  private readonly inner = new Set<Var>();
  /** The number of enclosing loops that will be vectorized: each lane has separate memory. */
  private vectorized = 0;
  /** The variables around the statement that memory is attached to. */
  private outside: readonly Var[] = [];
  private readonly changes: ReadonlyMap<Stmt, Changes>;
  /** Free entries: those of known size, the smallest first, and those of unknown size. */
  private free: StorageEntry[] = [];
  private freeUnknown: StorageEntry[] = [];
  /** The enclosing parallel loop or thread launch; memory is not shared across it. */
  private thread: Stmt | undefined;

  constructor(private readonly access: LinearAccess) {
    this.changes = liveness(access.events);
  }

  /** Gives each allocation an entry. */
  assign(): void {
    /** Memories whose entry was reused in place. */
    const takenOver = new Set<Var>();
    for (const event of this.access.events) {
      const changes = this.changes.get(event.stmt);
      if (changes !== undefined && event.position !== "end") {
        for (const pointer of changes.begin) {
          const allocation = this.access.allocations.get(pointer)!;
          if (this.vectorized > 0 || this.isSizedHere(allocation)) {
            this.staying.add(pointer);
            continue;
          }
          const inPlace =
            changes.begin.length <= 2
              ? this.inPlace(event.stmt, allocation, changes.end, takenOver)
              : undefined;
          const storage = inPlace ?? this.find(allocation);
          storage.allocations.push(allocation);
          this.storageOf.set(pointer, storage);
        }
      }
      if (!this.crossThreadBorder(event)) this.crossDefinition(event);
      if (changes !== undefined && event.position !== "begin") {
        for (const pointer of changes.end) {
          const storage = this.storageOf.get(pointer);
          if (storage !== undefined && !takenOver.has(pointer)) this.release(storage);
        }
      }
    }
  }

  /**
   * The entry of a memory whose live range ends here, if the new memory can overwrite it in place.
   */
  private inPlace(
    stmt: Stmt,
    allocation: Allocate,
    ending: readonly Var[],
    takenOver: Set<Var>,
  ): StorageEntry | undefined {
    const scope = scopeOfPointer(allocation.bufferVar);
    for (const source of ending) {
      const storage = this.storageOf.get(source);
      if (storage === undefined || takenOver.has(source)) continue;
      if (
        sameScope(storage.scope, scope) &&
        storage.attachedTo === this.thread &&
        storage.elementType === elementOf(allocation.dtype) &&
        canBeInPlace(stmt, allocation.bufferVar, source) &&
        storage.bits === bitsOfAllocation(allocation)
      ) {
        takenOver.add(source);
        return storage;
      }
    }
    return undefined;
  }

  /** A free entry that fits, or a new entry. */
  private find(allocation: Allocate): StorageEntry {
    const scope = scopeOfPointer(allocation.bufferVar);
    const bits = bitsOfAllocation(allocation);
    const isReusable = allocation.extents.length === 1 && !staysAlone(scope, allocation, bits);
    const found = isReusable ? this.takeFree(allocation, scope, bits) : undefined;
    if (found !== undefined) return found;
    const storage = new StorageEntry(this.thread, scope, elementOf(allocation.dtype), bits);
    this.storages.push(storage);
    return storage;
  }

  private takeFree(
    allocation: Allocate,
    scope: StorageScope,
    bits: number,
  ): StorageEntry | undefined {
    const fits = (storage: StorageEntry): boolean =>
      storage.attachedTo === this.thread && sameScope(storage.scope, scope);
    const sameElements = (storage: StorageEntry): boolean =>
      storage.elementType === elementOf(allocation.dtype);

    if (bits === 0) {
      const found = this.freeUnknown.find((storage) => fits(storage) && sameElements(storage));
      this.freeUnknown = this.freeUnknown.filter((storage) => storage !== found);
      return found;
    }
    // The smallest entry that is large enough, otherwise the largest of the smaller entries.
    const isLargeEnough = (storage: StorageEntry): boolean => storage.bits >= bits;
    const smaller = this.free.filter((storage) => !isLargeEnough(storage)).reverse();
    const found =
      this.free.find(
        (storage) => isLargeEnough(storage) && storage.bits <= bits * REUSE_RANGE && fits(storage),
      ) ??
      smaller.find(
        (storage) =>
          storage.bits >= Math.floor(bits / REUSE_RANGE) && fits(storage) && sameElements(storage),
      );
    if (found === undefined) return undefined;
    this.free = this.free.filter((storage) => storage !== found);
    found.bits = Math.max(bits, found.bits);
    return found;
  }

  private release(storage: StorageEntry): void {
    if (staysAlone(storage.scope, storage.allocations[0]!, storage.bits)) return;
    if (storage.bits === 0) {
      this.freeUnknown.push(storage);
      return;
    }
    const larger = this.free.findIndex((other) => other.bits > storage.bits);
    this.free.splice(larger < 0 ? this.free.length : larger, 0, storage);
  }

  /** Whether a size depends on a variable that is defined inside, or on memory. */
  private isSizedHere({ extents }: Allocate): boolean {
    return extents.some((extent) =>
      someNode(
        extent,
        (node) => (node.kind === "Var" && this.inner.has(node)) || node.kind === "BufferLoad",
      ),
    );
  }

  private crossDefinition({ stmt, position }: Event): void {
    if (stmt.kind !== "For" && stmt.kind !== "LetStmt") return;
    if (stmt.kind === "For" && stmt.forKind === "vectorized") {
      this.vectorized += position === "begin" ? 1 : -1;
    }
    const variable = stmt.kind === "For" ? stmt.loopVar : stmt.var_;
    if (position === "begin") this.inner.add(variable);
    else this.inner.delete(variable);
  }

  /** Whether memory is attached to the statement. If so, planning starts anew inside it. */
  private crossThreadBorder({ stmt }: Event): boolean {
    const isBorder =
      stmt.kind === "AttrStmt"
        ? stmt.key !== "extern_scope"
        : stmt.kind === "For" &&
          stmt.forKind === "parallel" &&
          (this.thread === undefined || this.thread === stmt);
    if (!isBorder) return false;
    if (this.thread === undefined) {
      this.thread = stmt;
      this.outside = [...this.inner];
      this.inner.clear();
      return true;
    }
    if (this.thread !== stmt) {
      throw new UsageError(
        "te-bind",
        `threads are launched inside a parallel loop; bind the loop outside of them to a thread ` +
          `axis too, or leave it serial`,
        { span: stmt.span },
      );
    }
    this.thread = undefined;
    this.outside.forEach((variable) => this.inner.add(variable));
    this.free = this.free.filter((storage) => storage.attachedTo !== stmt);
    this.freeUnknown = this.freeUnknown.filter((storage) => storage.attachedTo !== stmt);
    return true;
  }
}

/** The begins and ends of the memories' live ranges, by the statement of the event. */
function liveness(events: readonly Event[]): Map<Stmt, Changes> {
  const changes = new Map<Stmt, Changes>();
  const at = (stmt: Stmt): Changes => {
    let found = changes.get(stmt);
    if (found === undefined) changes.set(stmt, (found = { begin: [], end: [] }));
    return found;
  };
  const record = (event: Event, side: "begin" | "end", seen: Set<Var>): void => {
    for (const pointer of event.touched) {
      if (seen.has(pointer)) continue;
      seen.add(pointer);
      at(event.stmt)[side].push(pointer);
    }
  };
  const seenBackward = new Set<Var>();
  for (let i = events.length - 1; i >= 0; i--) {
    if (events[i]!.position !== "begin") record(events[i]!, "end", seenBackward);
  }
  const seenForward = new Set<Var>();
  for (const event of events) {
    if (event.position !== "end") record(event, "begin", seenForward);
  }
  return changes;
}

/** Whether the memory is not shared here, since the code generator keeps it in registers. */
function staysAlone(scope: StorageScope, allocation: Allocate, bits: number): boolean {
  if (scope.tag !== "") return false;
  if (scope.rank >= StorageRank.Warp || allocation.dtype === "handle") return true;
  return bits > 0 && bits <= 32;
}

function sameScope(a: StorageScope, b: StorageScope): boolean {
  return a.rank === b.rank && a.tag === b.tag;
}

/** 0 if unknown at compile time. */
function bitsOfAllocation({ extents, dtype }: Allocate): number {
  return (constantAllocationSize(extents) ?? 0) * bitsOf(dtype) * lanesOf(dtype);
}

// Allocation -----------------------------------------------------------------------------------

function allocateAll(
  storages: readonly StorageEntry[],
  memories: Readonly<Record<string, MemoryInfo>>,
): void {
  storages.forEach((storage, i) => {
    if (!isTaggedMemory(storage.scope)) return;
    if (storage.bits === 0) {
      const { bufferVar, span } = storage.allocations[0]!;
      throw new UsageError(
        "memory-full",
        `buffer ${bufferVar.name} is in ${storage.scope.text} and must have a constant size`,
        { span },
      );
    }
    // All entries of a tagged memory are in the allocation of the first entry.
    storages
      .slice(0, i)
      .find((other) => sameScope(other.scope, storage.scope))
      ?.merged.push(storage);
  });
  for (const storage of storages) {
    if (storage.bitsOffset !== 0) continue;
    const memory = memories[storage.scope.text];
    if (storage.merged.length > 0) allocateMerged(storage, memory);
    else allocateAlone(storage, memory);
  }
}

function allocateMerged(storage: StorageEntry, memory: MemoryInfo | undefined): void {
  const alignment = memory?.maxSimdBits ?? 32;
  const aligned = (bits: number): number => Math.ceil(bits / alignment) * alignment;
  const first = storage.allocations[0]!;
  storage.pointer = first.bufferVar;
  let bits = aligned(storage.bits);
  for (const piece of storage.merged) {
    piece.bitsOffset = bits;
    piece.pointer = storage.pointer;
    bits = aligned(bits + piece.bits);
  }
  const elementBits = bitsOf(storage.elementType) * lanesOf(storage.elementType);
  const size = new IntImm(Math.ceil(bits / elementBits), first.extents[0]!.dtype);
  storage.allocation = newAllocation(first, storage.elementType, [size]);
  checkFits(storage, bits, memory);
}

function allocateAlone(storage: StorageEntry, memory: MemoryInfo | undefined): void {
  const { allocations } = storage;
  const first = allocations[0]!;
  storage.pointer = first.bufferVar;
  const widest = allocations.reduce((a, b) => (lanesOf(b.dtype) > lanesOf(a.dtype) ? b : a));
  const identical = allocations.every(
    (other) =>
      other.dtype === first.dtype &&
      other.extents.length === first.extents.length &&
      other.extents.every((extent, i) => exprEqual(extent, first.extents[i]!)),
  );
  storage.allocation = identical
    ? new Allocate(first.bufferVar, first.dtype, first.extents, first.condition, noOp())
    : newAllocation(first, widest.dtype, [largest(allocations, widest.dtype)]);
  if (isTaggedMemory(storage.scope)) checkFits(storage, storage.bits, memory);
}

function newAllocation(first: Allocate, dtype: DataType, extents: readonly PrimExpr[]): Allocate {
  return new Allocate(first.bufferVar, dtype, extents, trueImm(), noOp(), undefined, first.span);
}

/** The size of the largest allocation, in elements of `dtype`. */
function largest(allocations: readonly Allocate[], dtype: DataType): PrimExpr {
  const analyzer = factlessAnalyzer();
  const sizes = allocations.map((allocation) => {
    const bits = bitsOf(allocation.dtype) * lanesOf(allocation.dtype);
    const count = allocation.extents[0]!;
    const overflows = count.kind === "IntImm" && count.value > Math.floor((2 ** 31 - 1) / bits);
    return mul(overflows ? constant(count.value, "int64") : count, bits);
  });
  const bits = sizes.reduce((a, b) => max(a, b));
  const elementBits = bitsOf(dtype) * lanesOf(dtype);
  const divides = analyzer.canProve(eq(floorMod(bits, elementBits), 0));
  const count = floorDiv(bits, elementBits);
  return analyzer.simplify(divides ? count : add(count, 1));
}

const ORDINARY_TAGS: ReadonlySet<string> = new Set(["", ".dyn", ".workspace", ".vtcm"]);

/** Whether the scope is a separate memory, whose allocations are merged into one. */
function isTaggedMemory(scope: StorageScope): boolean {
  return !ORDINARY_TAGS.has(scope.tag);
}

function checkFits(storage: StorageEntry, bits: number, memory: MemoryInfo | undefined): void {
  if (memory === undefined || bits <= memory.maxNumBits) return;
  const pieces = [storage, ...storage.merged].flatMap((piece) =>
    piece.allocations.map((allocation) => allocation.bufferVar.name),
  );
  throw new UsageError(
    "memory-full",
    `${storage.scope.text} has ${kibibytes(memory.maxNumBits)}, but ${pieces.join(", ")} take ${kibibytes(bits)} ` +
      `together; split the axes over which they are live, so that less is needed at a time`,
    { span: storage.allocations[0]!.span },
  );
}
