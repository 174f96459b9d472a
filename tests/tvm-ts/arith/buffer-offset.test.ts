import { describe, expect, test } from "vitest";
import { arith, tir, UsageError } from "tvm-ts";

const { elemOffset, flattenedBuffer, makeSlice, makeStrideView } = arith;

const i = new tir.Var("i");
const j = new tir.Var("j");
const n = new tir.Var("n");

const texts = (exprs: readonly tir.PrimExpr[]): string[] =>
  exprs.map((expr) => tir.printExpr(expr));

describe("the offset of an element", () => {
  const matrix = tir.declBuffer([16, 8], "float32", { name: "A" });

  test("counts row by row, or by the strides", () => {
    expect(texts(elemOffset(matrix, [i, j]))).toEqual(["((i: int32*8) + j: int32)"]);
    const strided = tir.declBuffer([16, 8], "float32", {
      strides: [tir.constant(32), tir.constant(2)],
    });
    expect(texts(elemOffset(strided, [i, j]))).toEqual(["((i: int32*32) + (j: int32*2))"]);
    const shifted = tir.declBuffer([16], "float32", { elemOffset: tir.constant(5) });
    expect(texts(elemOffset(shifted, [i]))).toEqual(["(i: int32 + 5)"]);
    expect(texts(elemOffset(tir.declBuffer([], "float32"), []))).toEqual(["0"]);
  });

  test("joins the quotients and remainders of a fused index", () => {
    expect(elemOffset(matrix, [tir.floorDiv(i, 8), tir.floorMod(i, 8)])).toEqual([i]);
    const cube = tir.declBuffer([4, 2, n], "float32");
    const fused = [
      tir.floorDiv(tir.floorDiv(i, n), 2),
      tir.floorMod(tir.floorDiv(i, n), 2),
      tir.floorMod(i, n),
    ];
    expect(elemOffset(cube, fused)).toEqual([i]);
    const tiled = tir.declBuffer([n, 4, 8], "float32");
    const index = [j, tir.floorMod(tir.floorDiv(i, 8), 4), tir.floorMod(i, 8)];
    expect(texts(elemOffset(tiled, index))).toEqual(["((j: int32*32) + floormod(i: int32, 32))"]);
  });

  test("has a part for each group of dimensions", () => {
    const grouped = tir.declBuffer([2, 3, 5], "float32", { axisSeparators: [2] });
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
      "buffer A has 2 dimensions, but is accessed with 1 indices",
    );
  });
});

describe("views of a buffer", () => {
  const cube = tir.declBuffer([4, n, 8], "float32", { name: "A" });

  test("flat, it has one dimension of all elements", () => {
    expect(texts(flattenedBuffer(cube).shape)).toEqual(["((4*n: int32)*8)"]);
    expect(texts(flattenedBuffer(tir.declBuffer([], "float32")).shape)).toEqual(["1"]);
    const strided = tir.declBuffer([4, 8], "float32", {
      strides: [tir.constant(16), tir.constant(1)],
    });
    expect(texts(flattenedBuffer(strided).shape)).toEqual(["64"]);
    expect(flattenedBuffer(strided).strides).toEqual([]);
    const wrong = tir.declBuffer([4, 8], "float32", { axisSeparators: [2] });
    expect(() => flattenedBuffer(wrong)).toThrow(UsageError);
  });

  test("with strides, the strides are those of the compact layout", () => {
    expect(texts(makeStrideView(cube).strides)).toEqual(["(8*n: int32)", "8", "1"]);
    const strided = makeStrideView(cube);
    expect(makeStrideView(strided)).toBe(strided);
  });

  test("a slice of whole rows stays compact, any other gets strides", () => {
    const rows = makeSlice(
      cube,
      [i, tir.constant(0), tir.constant(0)],
      [tir.constant(1), n, tir.constant(8)],
    );
    expect(rows.strides).toEqual([]);
    expect(rows.name).toBe("A_slice");
    expect(tir.printExpr(rows.elemOffset)).toBe("((i: int32*n: int32)*8)");
    const inner = makeSlice(
      cube,
      [i, j, tir.constant(0)],
      [tir.constant(2), tir.constant(1), tir.constant(8)],
    );
    expect(texts(inner.strides)).toEqual(["(8*n: int32)", "8", "1"]);
    const part = makeSlice(
      cube,
      [i, j, tir.constant(4)],
      [tir.constant(1), tir.constant(1), tir.constant(4)],
    );
    expect(part.strides).toEqual([]);
    expect(tir.printExpr(part.elemOffset)).toBe(
      tir.printExpr(elemOffset(cube, [i, j, tir.constant(4)])[0]!),
    );
  });
});
