/**
 * Computes bfloat16 in float32 and stores it as its 16 bits, for targets without the type.
 *
 *     B[i] = A[i] + 1bf16
 *  => B[i] = bf16(f32(A[i]) + f32(1bf16))                         promoted
 *  => B[i] = (bits(f32(A[i]) + 1f32) rounded to nearest) >> 16    lowered; f32(x) is x << 16
 */

import {
  Feature,
  hasFeature,
  add,
  bitwiseAnd,
  Buffer,
  builtin,
  Call,
  Cast,
  constant,
  div,
  dtypeInfo,
  ge,
  gt,
  IntImm,
  lanesOf,
  le,
  lt,
  max,
  min,
  mul,
  mutate,
  shiftLeft,
  shiftRight,
  sub,
  update,
  Var,
  vectorOf,
  type DataType,
  type PrimExpr,
  type PrimFunc,
  type Recur,
} from "../ir";
import type { FunctionPass, Sequential } from "../pass";

type Binary = Extract<PrimExpr, { b: PrimExpr }>;

function isBf16(dtype: DataType): boolean {
  return dtypeInfo(dtype).code === "bfloat";
}

function usesBf16(func: PrimFunc): boolean {
  const inParams = [...func.bufferMap.values()].some((buffer) => isBf16(buffer.dtype));
  return inParams || hasFeature(func.body, Feature.BFloat16);
}

function toFloat32(expr: PrimExpr): PrimExpr {
  if (!isBf16(expr.dtype)) return expr;
  return new Cast(vectorOf("float32", lanesOf(expr.dtype)), expr);
}

// In float32 ------------------------------------------------------------------------------------

/**
 * An operator on promoted operands. Its result is converted back to bfloat16 if both operands were
 * bfloat16.
 */
function promoted(combine: (a: PrimExpr, b: PrimExpr) => PrimExpr, keepsType: boolean) {
  return (node: Binary, recur: Recur): PrimExpr => {
    const a = recur(node.a);
    const b = recur(node.b);
    if (!isBf16(a.dtype) && !isBf16(b.dtype)) return update(node, { a, b });
    const result = combine(toFloat32(a), toFloat32(b));
    return keepsType && isBf16(a.dtype) && isBf16(b.dtype) ? new Cast(a.dtype, result) : result;
  };
}

const bf16Promote: FunctionPass = {
  name: "tir.BF16Promote",
  doc: "Computes bfloat16 in float32.",
  run(func) {
    if (!usesBf16(func)) return func;
    const body = mutate(func.body, {
      Add: promoted(add, true),
      Sub: promoted(sub, true),
      Mul: promoted(mul, true),
      Div: promoted(div, true),
      Min: promoted(min, true),
      Max: promoted(max, true),
      LT: promoted(lt, false),
      LE: promoted(le, false),
      GT: promoted(gt, false),
      GE: promoted(ge, false),
      Call(node, recur) {
        const call = recur.children(node);
        const args = call.args.map(toFloat32);
        if (!isBf16(call.dtype)) return update(call, { args });
        const wide = vectorOf("float32", lanesOf(call.dtype));
        return new Cast(call.dtype, new Call(wide, call.op, args, call.span));
      },
    });
    return func.with({ body });
  },
};

// Without rounding in between -------------------------------------------------------------------

const bf16CastElimination: FunctionPass = {
  name: "tir.BF16CastElimination",
  doc: "Keeps float32 between two operations that were promoted.",
  run(func) {
    if (!usesBf16(func)) return func;
    const body = mutate(func.body, {
      Cast(node, recur) {
        const cast = recur.children(node);
        const { value } = cast;
        const roundTrip =
          isFloat32(cast.dtype) &&
          value.kind === "Cast" &&
          isBf16(value.dtype) &&
          isFloat32(value.value.dtype);
        return roundTrip ? value.value : cast;
      },
    });
    return func.with({ body });
  },
};

function isFloat32(dtype: DataType): boolean {
  const { code, bits } = dtypeInfo(dtype);
  return code === "float" && bits === 32;
}

// As 16 bits ------------------------------------------------------------------------------------

const bf16TypeLowering: FunctionPass = {
  name: "tir.BF16TypeLowering",
  doc: "Stores bfloat16 as its 16 bits.",
  run: (func) => (usesBf16(func) ? lowerTypes(func) : func),
};

function lowerTypes(func: PrimFunc): PrimFunc {
  const pointers = new Map<Var, Var>();
  const buffers = new Map<Buffer, Buffer>();
  const remap = (buffer: Buffer): Buffer => {
    const data = pointers.get(buffer.data);
    if (data === undefined) return buffer;
    let stored = buffers.get(buffer);
    if (stored === undefined) {
      const dtype = isBf16(buffer.dtype) ? storedType(buffer.dtype) : buffer.dtype;
      stored = buffer.with({ data, dtype });
      buffers.set(buffer, stored);
    }
    return stored;
  };
  const repoint = (pointer: Var, dtype: DataType): Var => {
    const fresh = pointer.replacement({ pointer: { element: storedType(dtype), scope: "" } });
    pointers.set(pointer, fresh);
    return fresh;
  };

  for (const { data, dtype } of func.bufferMap.values()) {
    if (isBf16(dtype)) repoint(data, dtype);
  }
  const remapAll = (map: ReadonlyMap<Var, Buffer>): ReadonlyMap<Var, Buffer> =>
    pointers.size === 0 ? map : new Map([...map].map(([param, buffer]) => [param, remap(buffer)]));
  const bufferMap = remapAll(func.bufferMap);
  const preflattenedBufferMap = remapAll(func.preflattenedBufferMap);

  const body = mutate(func.body, {
    Var: (variable) => pointers.get(variable),
    FloatImm: (node) =>
      isBf16(node.dtype) ? new IntImm(roundToBf16(node.value), "uint16", node.span) : node,
    Cast(node, recur) {
      const value = recur(node.value);
      if (isBf16(node.value.dtype)) return widen(value, node.dtype);
      return isBf16(node.dtype) ? round(value) : update(node, { value });
    },
    BufferLoad: (node, recur) => update(recur.children(node), { buffer: remap(node.buffer) }),
    BufferStore: (node, recur) => update(recur.children(node), { buffer: remap(node.buffer) }),
    BufferRealize: (node, recur) => update(recur.children(node), { buffer: remap(node.buffer) }),
    AttrStmt: (node, recur) =>
      node.node instanceof Buffer
        ? update(recur.children(node), { node: remap(node.node) })
        : undefined,
    Allocate(node, recur) {
      if (!isBf16(node.dtype)) return undefined;
      const bufferVar = repoint(node.bufferVar, node.dtype);
      return update(recur.children(node), { bufferVar, dtype: storedType(node.dtype) });
    },
  });
  return func.with({ body, bufferMap, preflattenedBufferMap });
}

function storedType(dtype: DataType): DataType {
  return vectorOf("uint16", lanesOf(dtype));
}

/** The 16 bits as the upper half of a float32. */
function widen(bits: PrimExpr, dtype: DataType): PrimExpr {
  const lanes = lanesOf(bits.dtype);
  const upper = shiftLeft(new Cast(vectorOf("uint32", lanes), bits), 16);
  const float = new Call(vectorOf("float32", lanes), builtin.reinterpret, [upper]);
  return isFloat32(dtype) ? float : new Cast(dtype, float);
}

/** The upper half of a float32, ties rounded to even. */
function round(value: PrimExpr): PrimExpr {
  const lanes = lanesOf(value.dtype);
  const float = isFloat32(value.dtype) ? value : new Cast(vectorOf("float32", lanes), value);
  const bits = new Call(vectorOf("uint32", lanes), builtin.reinterpret, [float]);
  const half = constant(0x7fff, vectorOf("uint16", lanes));
  const bias = add(bitwiseAnd(shiftRight(bits, 16), 1), half);
  return new Cast(vectorOf("uint16", lanes), shiftRight(add(bits, bias), 16));
}

/** The bits of a constant. */
function roundToBf16(value: number): number {
  if (Number.isNaN(value)) return 0x7fc0;
  const [bits] = new Uint32Array(new Float32Array([value]).buffer);
  return ((bits! + ((bits! >>> 16) & 1) + 0x7fff) >>> 16) & 0xffff;
}

export const bf16Legalize: Sequential = {
  name: "tir.BF16Legalize",
  doc: "Computes bfloat16 in float32 and stores it as its 16 bits.",
  passes: [bf16Promote, bf16CastElimination, bf16TypeLowering],
};
