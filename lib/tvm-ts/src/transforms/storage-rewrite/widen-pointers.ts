/**
 * Gives allocated memory vector elements if every access is such a vector.
 *
 *     allocate(B, float32, [64]) { B[ramp(i*4, 1, 4)] = ... }
 *  => allocate(B, float32x4, [16]) { B[(i*4) / 4] = ... }
 */

import { Analyzer } from "../../arith";
import {
  builtin,
  Call,
  constant,
  div,
  elementOf,
  IntImm,
  isOne,
  lanesOf,
  mutator,
  Ramp,
  update,
  Var,
  vectorOf,
  walk,
  type Buffer,
  type BufferLoad,
  type BufferStore,
  type DataType,
  type PrimExpr,
  type PrimFunc,
  type Stmt,
} from "../../ir";

export function widenPointers(body: Stmt, func: PrimFunc): Stmt {
  const widened = chooseWidths(body, func);
  return widened.size === 0 ? body : applyWidths(body, widened);
}

/** The element type, extent and accesses of a memory. */
interface AccessedTypes {
  elementType: DataType;
  /** The number of elements in the last dimension. */
  readonly extent: PrimExpr;
  /** The types of its accesses. */
  readonly accesses: Set<DataType>;
}

/** An allocated memory with wider elements. */
interface Widened {
  readonly pointer: Var;
  readonly elementType: DataType;
  /** The number of old elements in a new element. */
  readonly factor: number;
}

function chooseWidths(body: Stmt, func: PrimFunc): Map<Var, Widened> {
  const analyzer = new Analyzer();
  const memories = new Map<Var, AccessedTypes>();
  const allocated = new Set<Var>();
  const declare = (pointer: Var, dtype: DataType, extent: PrimExpr): void => {
    memories.set(pointer, { elementType: stored(dtype), extent, accesses: new Set() });
  };
  for (const { data, dtype, shape } of func.bufferMap.values()) {
    declare(data, dtype, shape[shape.length - 1] ?? new IntImm(0));
  }

  const access = (pointer: Var, type: DataType, index: PrimExpr | undefined): void => {
    const memory = memories.get(pointer);
    if (memory === undefined) return;
    const dtype = stored(type);
    let lanes = lanesOf(memory.elementType);
    if (lanes * (index === undefined ? 1 : lanesOf(index.dtype)) !== lanesOf(dtype)) {
      lanes = 1;
      memory.elementType = elementOf(memory.elementType);
    }
    if (index?.kind === "Ramp" && isOne(index.stride)) {
      const { coeff, base } = analyzer.modularSet(index.base);
      if (coeff % index.lanes === 0 && base % index.lanes === 0) lanes = index.lanes;
    }
    memory.accesses.add(vectorOf(elementOf(dtype), lanes));
  };

  walk(body, {
    Allocate({ bufferVar, dtype, extents }) {
      allocated.add(bufferVar);
      declare(bufferVar, dtype, extents[extents.length - 1]!);
    },
    BufferLoad: ({ buffer, dtype, indices }) =>
      access(buffer.data, dtype, indices[indices.length - 1]),
    BufferStore: ({ buffer, value, indices }) =>
      access(buffer.data, value.dtype, indices[indices.length - 1]),
    Call({ op, args }) {
      if (op === builtin.accessPtr) access(args[1] as Var, args[0]!.dtype, args[2]);
    },
  });

  const widened = new Map<Var, Widened>();
  for (const pointer of allocated) {
    const memory = memories.get(pointer)!;
    const elementType = preferredType(memory, analyzer);
    if (elementType === memory.elementType) continue;
    widened.set(pointer, {
      pointer: pointer.replacement({
        pointer: { element: elementType, scope: pointer.pointer?.scope ?? "" },
      }),
      elementType,
      factor: lanesOf(elementType) / lanesOf(memory.elementType),
    });
  }
  return widened;
}

/** Booleans are stored as bytes. */
function stored(dtype: DataType): DataType {
  return elementOf(dtype) === "bool" ? vectorOf("int8", lanesOf(dtype)) : dtype;
}

/**
 * The type of all accesses, if they have the same width and the memory's size is a multiple of it.
 */
function preferredType(
  { elementType, extent, accesses }: AccessedTypes,
  analyzer: Analyzer,
): DataType {
  const elements = new Set([...accesses].map(elementOf));
  if (elements.size !== 1) return elementType;
  const [element] = elements;
  let lanes = lanesOf(elementType);
  if (lanes === 1 && accesses.size === 1) {
    const [access] = accesses;
    const wide = lanesOf(access!);
    const { coeff, base } = analyzer.modularSet(extent);
    if (coeff % wide === 0 && base % wide === 0) lanes = wide;
  }
  return vectorOf(element!, lanes);
}

function applyWidths(body: Stmt, widened: ReadonlyMap<Var, Widened>): Stmt {
  const buffers = new Map<Buffer, Buffer>();

  const divide = (expr: PrimExpr, by: number): PrimExpr => div(expr, constant(by, expr.dtype));

  const remap = (buffer: Buffer, { pointer, elementType, factor }: Widened): Buffer => {
    let wide = buffers.get(buffer);
    if (wide === undefined) {
      const last = divide(buffer.shape[buffer.shape.length - 1]!, factor);
      const shape = [...buffer.shape.slice(0, -1), last];
      wide = buffer.with({ data: pointer, dtype: elementType, shape });
      buffers.set(buffer, wide);
    }
    return wide;
  };

  const access = <N extends BufferLoad | BufferStore>(node: N): N => {
    const memory = widened.get(node.buffer.data);
    if (memory === undefined) return node;
    const indices = [...node.indices];
    const index = indices.pop()!;
    if (index.kind === "Ramp" && isOne(index.stride)) {
      const first = divide(index.base, index.lanes);
      const count = index.lanes / memory.factor;
      indices.push(count === 1 ? first : new Ramp(first, index.stride, count, index.span));
    } else {
      indices.push(index);
    }
    return update<BufferLoad | BufferStore>(node, {
      buffer: remap(node.buffer, memory),
      indices,
    }) as N;
  };

  return mutator({
    Var: (variable) => widened.get(variable)?.pointer,
    BufferLoad: (load, recur) => access(recur.children(load)),
    BufferStore: (store, recur) => access(recur.children(store)),
    Call(call, recur) {
      if (call.op !== builtin.accessPtr) return undefined;
      const memory = widened.get(call.args[1] as Var);
      if (memory === undefined) return undefined;
      const { pointer, elementType, factor } = memory;
      const [, , offset, extent, mask] = call.args.map((arg) => recur(arg));
      const type = new Call(elementType, builtin.typeAnnotation, []);
      const args = [type, pointer, divide(offset!, factor), divide(extent!, factor), mask!];
      return new Call(elementType, builtin.accessPtr, args, call.span);
    },
    Allocate(node, recur) {
      const allocate = recur.children(node);
      const memory = widened.get(node.bufferVar);
      if (memory === undefined) return allocate;
      const last = divide(allocate.extents[allocate.extents.length - 1]!, memory.factor);
      return update(allocate, {
        bufferVar: memory.pointer,
        dtype: memory.elementType,
        extents: [...allocate.extents.slice(0, -1), last],
      });
    },
  })(body);
}
