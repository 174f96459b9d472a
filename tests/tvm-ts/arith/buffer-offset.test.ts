import { describe, expect, test } from "vitest";
import {
  arith,
  constant,
  declBuffer,
  floorDiv,
  floorMod,
  printExpr,
  UsageError,
  Var,
  type PrimExpr,
} from "tvm-ts";

const { elemOffset, flattenedBuffer, makeSlice, makeStrideView } = arith;

const i = new Var("i");
const j = new Var("j");
const n = new Var("n");

const texts = (exprs: readonly PrimExpr[]): string[] => exprs.map((expr) => printExpr(expr));

describe("the offset of an element", () => {
  const matrix = declBuffer([16, 8], "float32", { name: "A" });

  test("counts row by row, or by the strides", () => {
    expect(texts(elemOffset(matrix, [i, j]))).toEqual(["((i: int32*8) + j: int32)"]);
    const strided = declBuffer([16, 8], "float32", { strides: [constant(32), constant(2)] });
    expect(texts(elemOffset(strided, [i, j]))).toEqual(["((i: int32*32) + (j: int32*2))"]);
    const shifted = declBuffer([16], "float32", { elemOffset: constant(5) });
    expect(texts(elemOffset(shifted, [i]))).toEqual(["(i: int32 + 5)"]);
    expect(texts(elemOffset(declBuffer([], "float32"), []))).toEqual(["0"]);
  });

  test("joins the quotients and remainders of a fused index", () => {
    expect(elemOffset(matrix, [floorDiv(i, 8), floorMod(i, 8)])).toEqual([i]);
    const cube = declBuffer([4, 2, n], "float32");
    const fused = [floorDiv(floorDiv(i, n), 2), floorMod(floorDiv(i, n), 2), floorMod(i, n)];
    expect(elemOffset(cube, fused)).toEqual([i]);
    const tiled = declBuffer([n, 4, 8], "float32");
    const index = [j, floorMod(floorDiv(i, 8), 4), floorMod(i, 8)];
    expect(texts(elemOffset(tiled, index))).toEqual(["((j: int32*32) + floormod(i: int32, 32))"]);
  });

  test("has a part for each group of dimensions", () => {
    const grouped = declBuffer([2, 3, 5], "float32", { axisSeparators: [2] });
    expect(texts(elemOffset(grouped, [i, j, n]))).toEqual([
      "((i: int32*3) + j: int32)",
      "n: int32",
    ]);
    expect(texts(flattenedBuffer(grouped).shape)).toEqual(["6", "5"]);
    expect(flattenedBuffer(grouped).axisSeparators).toEqual([1]);
  });

  test("needs an index for each dimension", () => {
    expect(() => elemOffset(matrix, [i])).toThrow(UsageError);
    expect(() => elemOffset(matrix, [i])).toThrow(
      "buffer A has 2 dimensions and is accessed with 1 indices",
    );
  });
});

describe("views of a buffer", () => {
  const cube = declBuffer([4, n, 8], "float32", { name: "A" });

  test("flat, it has one dimension of all elements", () => {
    expect(texts(flattenedBuffer(cube).shape)).toEqual(["((4*n: int32)*8)"]);
    expect(texts(flattenedBuffer(declBuffer([], "float32")).shape)).toEqual(["1"]);
    const strided = declBuffer([4, 8], "float32", { strides: [constant(16), constant(1)] });
    expect(texts(flattenedBuffer(strided).shape)).toEqual(["64"]);
    expect(flattenedBuffer(strided).strides).toEqual([]);
    const wrong = declBuffer([4, 8], "float32", { axisSeparators: [2] });
    expect(() => flattenedBuffer(wrong)).toThrow(UsageError);
  });

  test("with strides, they are those of the compact layout", () => {
    expect(texts(makeStrideView(cube).strides)).toEqual(["(8*n: int32)", "8", "1"]);
    const strided = makeStrideView(cube);
    expect(makeStrideView(strided)).toBe(strided);
  });

  test("a slice of whole rows stays compact, any other gets strides", () => {
    const rows = makeSlice(cube, [i, constant(0), constant(0)], [constant(1), n, constant(8)]);
    expect(rows.strides).toEqual([]);
    expect(rows.name).toBe("A_slice");
    expect(printExpr(rows.elemOffset)).toBe("((i: int32*n: int32)*8)");
    const inner = makeSlice(cube, [i, j, constant(0)], [constant(2), constant(1), constant(8)]);
    expect(texts(inner.strides)).toEqual(["(8*n: int32)", "8", "1"]);
    const part = makeSlice(cube, [i, j, constant(4)], [constant(1), constant(1), constant(4)]);
    expect(part.strides).toEqual([]);
    expect(printExpr(part.elemOffset)).toBe(printExpr(elemOffset(cube, [i, j, constant(4)])[0]!));
  });
});
