/** Elementwise operators for the ALU, one operation a stage. */

import { te, tir, topi, UsageError } from "tvm-ts";

/**
 * `x` limited to `[low, high]`, as two stages: the minimum with `high`, then the maximum with `low`.
 * @throws UsageError when `low` is above `high`.
 */
export function clip(x: te.Tensor, low: number, high: number): te.Tensor {
  if (low > high) throw new UsageError("vta-operator", `clip: ${low} is above ${high}`);
  const stage = (
    input: te.Tensor,
    name: string,
    limit: (a: tir.PrimExpr, b: tir.PrimExpr) => tir.PrimExpr,
    bound: number,
  ): te.Tensor =>
    te.compute(x.shape, (...i) => limit(input(...i), tir.constant(bound, x.dtype)), {
      name,
      tag: topi.tag.ELEMWISE,
    });
  return stage(stage(x, "clipA", tir.min, high), "clipB", tir.max, low);
}

/** The word types that values can be packed into. */
const PACK_TYPES = ["int8", "int16", "int32"];

/**
 * Values of `bits` bits, several in each word of `packType`: the last dimension shrinks by that factor; the
 * first value of a word is in its lowest bits.
 * @throws UsageError when the words cannot be filled evenly.
 */
export function bitPack(data: te.Tensor, bits: number, packType = "int8"): te.Tensor {
  if (!PACK_TYPES.includes(packType)) {
    throw new UsageError(
      "vta-operator",
      `bitPack: packType is ${packType}; it must be one of ${PACK_TYPES.join(", ")}`,
    );
  }
  const perWord = tir.bitsOf(tir.canonicalDType(packType)) / bits;
  const last = tir.constIntValue(data.shape.at(-1) ?? tir.toExpr(0));
  if (!Number.isInteger(perWord) || last === undefined || last % perWord !== 0) {
    throw new UsageError(
      "vta-operator",
      `bitPack: the last dimension of ${data.name}, ${data.shape.at(-1)}, is not made of whole ` +
        `${packType} words with values of ${bits} bits`,
    );
  }
  const mask = tir.constant(2 ** bits - 1, packType);
  return te.compute(
    [...data.shape.slice(0, -1), last / perWord],
    (...i) => {
      const outer = i.slice(0, -1);
      const word = i[i.length - 1]!;
      const values = Array.from({ length: perWord }, (_, k) => {
        const value = data(...outer, word.mul(perWord).add(k))
          .astype(packType)
          .bitwiseAnd(mask);
        return k === 0 ? value : value.shiftLeft(tir.constant(k * bits, packType));
      });
      return values.reduce((packed, value) => packed.bitwiseOr(value));
    },
    { name: "bitpack", tag: "bitpack" },
  );
}
