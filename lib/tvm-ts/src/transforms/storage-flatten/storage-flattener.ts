/**
 * Turns buffers of several dimensions into flat memory.
 *
 *     realize B: [32, 64] { B[i, j] = A[i, j] }
 *  => allocate(B, float32, [2048]) { B[(i*64 + j)] = A[(i*64 + j)] }
 */

import { Analyzer, elemOffset, flattenedBuffer } from "../../arith";
import {
  add,
  Allocate,
  ALLOC_ALIGNMENT,
  AttrStmt,
  bitsOf,
  Broadcast,
  Buffer,
  BufferLoad,
  builtin,
  bytesOf,
  Call,
  Cast,
  constant,
  declBuffer,
  div,
  Evaluate,
  For,
  IntImm,
  lanesOf,
  mul,
  mutator,
  reprExpr,
  scopeOfPointer,
  sub,
  trueImm,
  update,
  Var,
  type Prefetch,
  type PrimExpr,
  type PrimFunc,
  type Stmt,
} from "../../ir";
import type { FunctionPass, MemoryInfo, PassContext } from "../../pass";
import { kibibytes, UsageError } from "../../support";
import { constantAllocationSize } from "../analysis/allocation";
import { BufferScopes } from "./buffer-scopes";

/** @param cacheLineSize Bytes loaded by one prefetch. */
export function storageFlattener(cacheLineSize: number): FunctionPass {
  return {
    name: "tir.StorageFlattener",
    doc: "Turns buffers of several dimensions into flat memory.",
    run: (func, context) => flatten(func, cacheLineSize, context),
  };
}

interface Entry {
  /** The original buffer, with the alignment of its allocation. */
  readonly buffer: Buffer;
  readonly flat: Buffer;
}

function flatten(func: PrimFunc, cacheLineSize: number, context: PassContext): PrimFunc {
  const analyzer = new Analyzer();
  const memories = context.option("tir.memory_info");
  const scopes = new BufferScopes<Entry>();
  const bufferMap = new Map<Var, Buffer>();
  for (const [param, buffer] of func.bufferMap) {
    const flat = flatBuffer(buffer);
    scopes.define(buffer, { buffer, flat });
    bufferMap.set(param, flat);
  }

  /** Pointers of existing `Allocate` statements, whose buffers occur only in accesses. */
  const pointers = new Set<Var>();
  const entryOf = (buffer: Buffer): Entry => {
    if (pointers.has(buffer.data) && scopes.lookup(buffer) === undefined) {
      scopes.define(buffer, { buffer, flat: flatBuffer(buffer) });
    }
    return scopes.get(buffer);
  };

  /** The loops and threads around the current statement. */
  const around: Surroundings = { loops: [], virtualThreads: 1 };

  const body = mutator({
    For(node, recur) {
      around.loops.push(node.loopVar.name);
      const result = recur.children(node);
      around.loops.pop();
      return result;
    },
    AttrStmt(attr, recur) {
      if (attr.key === "virtual_thread") {
        const count = attr.value.kind === "IntImm" ? attr.value.value : 1;
        around.virtualThreads *= count;
        const result = recur.children(attr);
        around.virtualThreads /= count;
        return result;
      }
      if (attr.key !== "double_buffer_scope" || !(attr.node instanceof Buffer)) return undefined;
      const inner = recur(attr.body);
      return new AttrStmt(entryOf(attr.node).flat.data, attr.key, attr.value, inner, attr.span);
    },
    BufferStore(node, recur) {
      const store = recur.children(node);
      const { buffer, flat } = entryOf(node.buffer);
      const value = store.value.dtype === "bool" ? new Cast("int8", store.value) : store.value;
      return update(store, {
        buffer: flat,
        value,
        indices: elemOffset(buffer, store.indices, analyzer),
      });
    },
    BufferLoad(node, recur) {
      const load = recur.children(node);
      const { buffer, flat } = entryOf(node.buffer);
      const value = update(load, {
        buffer: flat,
        indices: elemOffset(buffer, load.indices, analyzer),
      });
      return node.dtype === "bool" ? new Cast("bool", value) : value;
    },
    BufferRealize(realize, recur) {
      if (scopes.lookup(realize.buffer) !== undefined) return recur(realize.body);
      const buffer = allocated(realize.buffer, memories, realize.span, around);
      const flat = flatBuffer(buffer);
      scopes.define(realize.buffer, { buffer, flat });
      const inner = recur(realize.body);
      scopes.leave(realize.buffer);
      return new Allocate(
        flat.data,
        flat.dtype,
        flat.shape,
        alwaysTrue(lanesOf(flat.dtype)),
        inner,
        undefined,
        realize.span,
      );
    },
    Allocate(node, recur) {
      pointers.add(node.bufferVar);
      const { shape } = flattenedBuffer(declBuffer(node.extents));
      return update(recur.children(node), { extents: shape });
    },
    LetStmt(node) {
      if (node.var_.dtype === "handle") pointers.add(node.var_);
      return undefined;
    },
    Prefetch: (node, recur) => recur(prefetchLoop(node, cacheLineSize)),
  })(func.body);

  const preflattened = new Map([...func.bufferMap, ...func.preflattenedBufferMap]);
  return func.with({ body, bufferMap, preflattenedBufferMap: preflattened });
}

/** The condition of an allocation of vectors: true in every lane. */
function alwaysTrue(lanes: number): PrimExpr {
  return lanes === 1 ? trueImm() : new Broadcast(trueImm(), lanes);
}

/** The buffer with one dimension. Booleans are stored as bytes. */
function flatBuffer(buffer: Buffer): Buffer {
  const flat = flattenedBuffer(buffer);
  return flat.dtype === "bool" ? flat.with({ dtype: "int8" }) : flat;
}

/** The loops around a statement, outermost first, and the number of virtual threads that run it. */
interface Surroundings {
  readonly loops: string[];
  virtualThreads: number;
}

/** The error for a stage that does not fit its on-chip memory. */
function tooLarge(
  buffer: Buffer,
  limit: number,
  span: Stmt["span"],
  { loops, virtualThreads }: Surroundings,
): UsageError {
  const shape = `[${buffer.shape.map(reprExpr).join(", ")}]`;
  const bits = (constantAllocationSize(buffer.shape) ?? 0) * bitsOf(buffer.dtype);
  const times = virtualThreads === 1 ? "" : ` in each of ${virtualThreads} virtual threads`;
  const place = loops.length === 0 ? "outside of all loops" : `inside loop ${loops.at(-1)!}`;
  return new UsageError(
    "memory-full",
    `stage ${buffer.name} needs ${kibibytes(bits)} of ${scopeOfPointer(buffer.data).text} ` +
      `for ${buffer.dtype} ${shape} ${place}${times}, but the memory has ${kibibytes(limit)}; split its ` +
      `consumer's axes and compute it at an inner loop, so that less of it is needed at a time`,
    { span },
  );
}

/** The realized buffer with the alignment of its allocation. Small buffers need less alignment. */
function allocated(
  buffer: Buffer,
  memories: Readonly<Record<string, MemoryInfo>>,
  span: Stmt["span"],
  around: Surroundings,
): Buffer {
  const bits = (constantAllocationSize(buffer.shape) ?? 0) * bitsOf(buffer.dtype);
  const bytes = Math.floor((bits * lanesOf(buffer.dtype)) / 8);
  let alignment = ALLOC_ALIGNMENT;
  while (bytes > 0 && alignment > bytes) alignment /= 2;

  const scope = scopeOfPointer(buffer.data);
  const memory = scope.tag === "" ? undefined : memories[scope.text];
  if (memory !== undefined) {
    alignment = Math.ceil(memory.maxSimdBits / bitsOf(buffer.dtype));
    if (bits > memory.maxNumBits) throw tooLarge(buffer, memory.maxNumBits, span, around);
  }
  const { data, dtype, shape, strides, name, axisSeparators } = buffer;
  const zero = new IntImm(0, shape[0]?.dtype ?? "int32");
  return new Buffer(
    data,
    dtype,
    shape,
    strides,
    zero,
    name,
    alignment,
    1,
    false,
    axisSeparators,
    buffer.span,
  );
}

/**
 * Loops that prefetch the region one cache line at a time. A line covers as many inner dimensions as
 * fit in it; the loop over the next dimension steps by whole lines.
 */
function prefetchLoop(node: Prefetch, cacheLineSize: number): Stmt {
  const { buffer, bounds } = node;
  const perLine = Math.floor(cacheLineSize / bytesOf(buffer.dtype));
  let walked = bounds.length - 1;
  let covered = 1;
  for (; walked > 0; walked--) {
    const size = buffer.shape[walked]!;
    if (size.kind !== "IntImm" || covered * size.value > perLine) break;
    covered *= size.value;
  }
  const step = constant(Math.floor(perLine / covered));

  // The indices and the loop variables are in the reference's order, innermost first. (If this is not
  // the intended order, other memory is prefetched, which changes no result.)
  const indices = bounds
    .slice(walked + 1)
    .map((bound) => bound.min)
    .reverse();
  const vars: Var[] = [];
  for (let dim = walked; dim >= 0; dim--) {
    const variable = new Var(`prefetch.${buffer.name}.${dim}`);
    const { min } = bounds[dim]!;
    indices.push(dim === walked ? add(min, mul(step, variable)) : add(variable, min));
    vars.push(variable);
  }

  const address = new Call("handle", builtin.addressOf, [new BufferLoad(buffer, indices)]);
  const hints = [constant(0), constant(3), constant(1)];
  const call = new Call(buffer.dtype, builtin.prefetch, [address, ...hints]);
  return bounds.slice(0, walked + 1).reduceRight<Stmt>((inner, { extent }, dim) => {
    const count = dim === walked ? add(div(sub(extent, 1), step), 1) : extent;
    return new For(vars[dim]!, new IntImm(0), count, "serial", inner);
  }, new Evaluate(call));
}
