/** Structural comparison and hashing, derived from the shape table. */

import type { Buffer } from "./buffer";
import type { CommReducer, IterVar, OperatorExpr, PrimExpr, Range, Var } from "./expr";
import { isBinary, isExpr, IterVar as IterVarClass } from "./expr";
import { fieldsOf, type Kind, type Node, type Role } from "./shapes";
import type { Annotations } from "./stmt";

/**
 * Whether two trees have the same structure. Variables and buffers bound inside the trees correspond
 * by position. Free variables must be the same objects, unless `mapFreeVars` makes them correspond by
 * position too.
 */
export function structuralEqual(
  a: Node,
  b: Node,
  options: { mapFreeVars?: boolean } = {},
): boolean {
  if (a === b) return true;
  return new Comparer(options.mapFreeVars ?? false).nodes(a, b);
}

class Comparer {
  /**
   * The variables and buffers of the right tree that correspond to those of the left tree, and those
   * already used.
   */
  private readonly pairs = new Map<object, object>();
  private readonly taken = new Set<object>();

  constructor(private readonly mapFreeVars: boolean) {}

  nodes(a: Node, b: Node): boolean {
    // Left operands are visited in a loop, so that long chains do not deepen the stack.
    while (isBinary(a) && isBinary(b) && a.kind === b.kind && a.dtype === b.dtype) {
      if (!this.nodes(a.b, b.b)) return false;
      a = a.a;
      b = b.a;
    }
    if (a.kind === "Var") return b.kind === "Var" && this.variables(a, b);
    if (a === b && this.pairs.size === 0) return true;
    if (a.kind !== b.kind) return false;
    if ("dtype" in a && a.dtype !== (b as { dtype?: string }).dtype) return false;
    const left = a as unknown as Record<string, unknown>;
    const right = b as unknown as Record<string, unknown>;
    for (const { name, role } of definitionsFirst(a)) {
      if (!this.field(left[name], right[name], role)) return false;
    }
    return true;
  }

  private field(a: unknown, b: unknown, role: Role): boolean {
    switch (role) {
      case "expr":
      case "stmt":
        return this.nodes(a as Node, b as Node);
      case "stmt?":
        return a === undefined || b === undefined ? a === b : this.nodes(a as Node, b as Node);
      case "exprs":
      case "stmts":
        return this.arrays(a as Node[], b as Node[], (x, y) => this.nodes(x, y));
      case "ranges":
        return this.arrays(a as Range[], b as Range[], (x, y) => this.ranges(x, y));
      case "def":
        return this.define(a as Var, b as Var);
      case "defBuffer":
        return this.buffers(a as Buffer, b as Buffer, true);
      case "buffer":
        return this.buffers(a as Buffer, b as Buffer, this.mapFreeVars);
      case "iterVar":
        return a === undefined || b === undefined
          ? a === b
          : this.iterVars(a as IterVar, b as IterVar);
      case "reduceAxes":
        return this.arrays(a as IterVar[], b as IterVar[], (x, y) => this.iterVars(x, y));
      case "reducer":
        return this.reducers(a as CommReducer, b as CommReducer);
      case "attrNode":
        return this.attrNodes(a, b);
      case "annotations":
        return this.records(a as Annotations, b as Annotations);
      case "plain":
        return Object.is(a, b) || this.values(a, b);
    }
  }

  private arrays<T>(a: readonly T[], b: readonly T[], same: (x: T, y: T) => boolean): boolean {
    return a.length === b.length && a.every((x, i) => same(x, b[i]!));
  }

  private ranges(a: Range, b: Range): boolean {
    return this.nodes(a.min, b.min) && this.nodes(a.extent, b.extent);
  }

  private variables(a: Var, b: Var): boolean {
    const partner = this.pairs.get(a);
    if (partner !== undefined) return partner === b;
    if (a === b && !this.taken.has(b)) return true;
    return this.mapFreeVars && this.define(a, b);
  }

  private define(a: Var, b: Var): boolean {
    if (a.dtype !== b.dtype) return false;
    const partner = this.pairs.get(a);
    if (partner !== undefined) return partner === b;
    if (this.taken.has(b)) return false;
    this.pairs.set(a, b);
    this.taken.add(b);
    return true;
  }

  private buffers(a: Buffer, b: Buffer, mayPair: boolean): boolean {
    const partner = this.pairs.get(a);
    if (partner !== undefined) return partner === b;
    const data = mayPair ? this.variablesOrDefine(a.data, b.data) : this.variables(a.data, b.data);
    if (a === b) return data;
    // Separately made views are equal if they have equal fields and the same memory.
    const same =
      data &&
      a.dtype === b.dtype &&
      a.scope === b.scope &&
      this.arrays(a.shape, b.shape, (x, y) => this.nodes(x, y)) &&
      this.arrays(a.strides, b.strides, (x, y) => this.nodes(x, y)) &&
      this.nodes(a.elemOffset, b.elemOffset);
    if (same) this.pairs.set(a, b);
    return same;
  }

  private variablesOrDefine(a: Var, b: Var): boolean {
    return this.pairs.has(a) ? this.pairs.get(a) === b : this.define(a, b);
  }

  private iterVars(a: IterVar, b: IterVar): boolean {
    if (a === b && this.pairs.size === 0) return true;
    if (a.iterType !== b.iterType || a.threadTag !== b.threadTag) return false;
    if (!this.define(a.var_, b.var_)) return false;
    if (a.dom === undefined || b.dom === undefined) return a.dom === b.dom;
    return this.ranges(a.dom, b.dom);
  }

  private reducers(a: CommReducer, b: CommReducer): boolean {
    return (
      this.arrays(a.lhs, b.lhs, (x, y) => this.define(x, y)) &&
      this.arrays(a.rhs, b.rhs, (x, y) => this.define(x, y)) &&
      this.arrays(a.result, b.result, (x, y) => this.nodes(x, y)) &&
      this.arrays(a.identity, b.identity, (x, y) => this.nodes(x, y))
    );
  }

  private attrNodes(a: unknown, b: unknown): boolean {
    if (a === b && this.pairs.size === 0) return true;
    if (isExpr(a)) return isExpr(b) && this.nodes(a, b);
    if (a instanceof IterVarClass) return b instanceof IterVarClass && this.iterVars(a, b);
    if (Array.isArray(a)) {
      return Array.isArray(b) && this.arrays(a as unknown[], b, (x, y) => this.attrNodes(x, y));
    }
    return a === b || (a !== undefined && this.pairs.get(a as object) === b);
  }

  private records(a: Annotations, b: Annotations): boolean {
    const keys = Object.keys(a);
    return (
      keys.length === Object.keys(b).length &&
      keys.every((key) => b[key] !== undefined && this.nodes(a[key]!, b[key]))
    );
  }

  /** Plain values that are objects: pointer types and string constants. */
  private values(a: unknown, b: unknown): boolean {
    if (isExpr(a) && isExpr(b)) return this.nodes(a, b);
    return false;
  }
}

/**
 * The fields with definitions first: the other fields of a reduction use the variables that it binds.
 */
function definitionsFirst(node: Node): (typeof fieldsOf)[Node["kind"]] {
  return node.kind === "Reduce" ? reduceFields : fieldsOf[node.kind];
}

const reduceFields = [
  ...fieldsOf.Reduce.filter((field) => field.role === "reduceAxes" || field.role === "reducer"),
  ...fieldsOf.Reduce.filter((field) => field.role !== "reduceAxes" && field.role !== "reducer"),
];

/** Whether two expressions are structurally equal over the same variables. */
export function exprEqual(a: PrimExpr, b: PrimExpr): boolean {
  // Pairs of right operands still to be compared: chains of any length must not deepen the stack.
  let pending: PrimExpr[] | undefined;
  for (;;) {
    if (a !== b) {
      if (a.kind !== b.kind || a.dtype !== b.dtype || a.kind === "Var") return false;
      // Nodes that bind variables need a map of variables; all others are compared without it.
      if (a.kind === "Let" || a.kind === "Reduce") {
        if (!structuralEqual(a, b)) return false;
      } else if (isBinary(a)) {
        const other = b as typeof a;
        if (isBinary(a.b)) (pending ??= []).push(a.b, other.b);
        else if (!exprEqual(a.b, other.b)) return false;
        a = a.a;
        b = other.a;
        continue;
      } else if (a.kind === "IntImm") {
        if (a.value !== (b as typeof a).value) return false;
      } else if (!sameFields(a, b)) return false;
    }
    if (pending === undefined || pending.length === 0) return true;
    b = pending.pop()!;
    a = pending.pop()!;
  }
}

function sameFields(a: PrimExpr, b: PrimExpr): boolean {
  const left = a as unknown as Record<string, unknown>;
  const right = b as unknown as Record<string, unknown>;
  return fieldsOf[a.kind].every(({ name, role }) => {
    const x = left[name];
    const y = right[name];
    if (role === "expr") return exprEqual(x as PrimExpr, y as PrimExpr);
    if (role === "exprs") {
      const xs = x as readonly PrimExpr[];
      const ys = y as readonly PrimExpr[];
      return xs.length === ys.length && xs.every((element, i) => exprEqual(element, ys[i]!));
    }
    if (role === "buffer") return sameBuffer(x as Buffer, y as Buffer);
    return Object.is(x, y);
  });
}

/** Separately made views are equal if they have equal fields and the same memory. */
function sameBuffer(a: Buffer, b: Buffer): boolean {
  const sameList = (xs: readonly PrimExpr[], ys: readonly PrimExpr[]): boolean =>
    xs.length === ys.length && xs.every((x, i) => exprEqual(x, ys[i]!));
  return (
    a === b ||
    (a.data === b.data &&
      a.dtype === b.dtype &&
      sameList(a.shape, b.shape) &&
      sameList(a.strides, b.strides) &&
      exprEqual(a.elemOffset, b.elemOffset))
  );
}

let nextId = 1;
const objectIds = new WeakMap<object, number>();

function idOf(object: object): number {
  let id = objectIds.get(object);
  if (id === undefined) {
    id = nextId++;
    objectIds.set(object, id);
  }
  return id;
}

const MULTIPLIER = 0x01000193;

function mix(hash: number, value: number): number {
  // Small enough for the engine to store without an allocation.
  return Math.imul(hash ^ value, MULTIPLIER) & 0x3fffffff;
}

function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let i = 0; i < text.length; i++) hash = mix(hash, text.charCodeAt(i));
  return hash;
}

const kindHashes = Object.fromEntries(
  Object.keys(fieldsOf).map((kind) => [kind, hashText(kind)]),
) as Readonly<Record<Kind, number>>;

/** A hash that is consistent with `exprEqual`, cached in each node; never 0. */
export function exprHash(expr: PrimExpr): number {
  if (expr.hash !== 0) return expr.hash;
  if (isBinary(expr)) return hashOperator(expr);
  let hash = kindHashes[expr.kind];
  if (expr.kind === "Var") hash = mix(hash, nextId++);
  else if (expr.kind !== "Let" && expr.kind !== "Reduce") {
    const record = expr as unknown as Record<string, unknown>;
    for (const { name, role } of fieldsOf[expr.kind]) {
      hash = mix(hash, hashField(record[name], role));
    }
  }
  return (expr.hash = hash || 1);
}

/** Hashes an operator and its operands, from the bottom up: chains nest deeply. */
function hashOperator(root: OperatorExpr): number {
  const parents: OperatorExpr[] = [];
  let node: OperatorExpr | undefined = root;
  while (node !== undefined) {
    const { a, b }: OperatorExpr = node;
    const operand: OperatorExpr | undefined = isUnhashed(b) ? b : isUnhashed(a) ? a : undefined;
    if (operand !== undefined) {
      parents.push(node);
      node = operand;
    } else {
      node.hash = mix(mix(kindHashes[node.kind], exprHash(a)), exprHash(b)) || 1;
      node = parents.pop();
    }
  }
  return root.hash;
}

function isUnhashed(expr: PrimExpr): expr is OperatorExpr {
  return expr.hash === 0 && isBinary(expr);
}

function hashField(value: unknown, role: Role): number {
  if (role === "expr") return exprHash(value as PrimExpr);
  if (role === "exprs") {
    return (value as PrimExpr[]).reduce((hash, element) => mix(hash, exprHash(element)), 17);
  }
  if (role === "buffer") return exprHash((value as Buffer).data);
  if (role === "plain") {
    if (typeof value === "number")
      return Number.isInteger(value) ? value | 0 : hashText(String(value));
    if (typeof value === "string") return hashText(value);
    if (typeof value === "object" && value !== null) return idOf(value);
  }
  return 0;
}

/** A map with expressions as keys, compared by `exprEqual`, in insertion order. */
export class ExprMap<T> {
  private readonly buckets = new Map<number, { key: PrimExpr; value: T }[]>();
  private readonly order: { key: PrimExpr; value: T }[] = [];

  get(key: PrimExpr): T | undefined {
    return this.buckets.get(exprHash(key))?.find((entry) => exprEqual(entry.key, key))?.value;
  }

  set(key: PrimExpr, value: T): void {
    const hash = exprHash(key);
    const bucket = this.buckets.get(hash);
    const entry = bucket?.find((candidate) => exprEqual(candidate.key, key));
    if (entry !== undefined) {
      entry.value = value;
      return;
    }
    const added = { key, value };
    if (bucket === undefined) this.buckets.set(hash, [added]);
    else bucket.push(added);
    this.order.push(added);
  }

  get size(): number {
    return this.order.length;
  }

  entries(): readonly { readonly key: PrimExpr; readonly value: T }[] {
    return this.order;
  }
}
