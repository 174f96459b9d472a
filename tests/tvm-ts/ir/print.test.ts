import { expect, test } from "vitest";
import { IRModule, tir } from "tvm-ts";

const i = new tir.Var("i");

test("a variable is printed with its type where it first occurs", () => {
  expect(tir.printExpr(tir.add(i, i.mul(2)))).toBe("(i: int32 + (i*2))");
  expect(String(tir.floorDiv(tir.max(i, 3), 4))).toBe("floordiv(max(i: int32, 3), 4)");
  expect(tir.reprExpr(tir.add(i, i.astype("int64")))).toBe("(int64(i) + int64(i))");
});

test("a function is printed in the reference's form", () => {
  const A = tir.declBuffer([8], "float32", { name: "A" });
  const B = tir.declBuffer([8], "float32", { name: "B" });
  const a = new tir.Var("A", "handle");
  const b = new tir.Var("B", "handle");
  const body = new tir.For(
    i,
    new tir.IntImm(0),
    new tir.IntImm(8),
    "serial",
    new tir.BufferStore(B, new tir.BufferLoad(A, [i]).add(1), [i]),
  );
  const func = new tir.PrimFunc(
    [a, b],
    body,
    new Map([
      [a, A],
      [b, B],
    ]),
    new Map(),
    { global_symbol: "main" },
  );
  expect(tir.printModule(IRModule.of("main", func)).text)
    .toBe(`@main = primfn(A_1: handle, B_1: handle) -> ()
  attr = {"global_symbol": "main"}
  buffers = {A: Buffer(A_2: Pointer(float32), float32, [8], []),
             B: Buffer(B_2: Pointer(float32), float32, [8], [])}
  buffer_map = {A_1: A, B_1: B} {
  for (i: int32, 0, 8) {
    B[i] = (A[i] + 1f32)
  }
}
`);
});

test("a sum of ten thousand terms is rewritten and printed without overflowing the stack", () => {
  let sum: tir.PrimExpr = i;
  for (let k = 1; k <= 10_000; k++) sum = tir.add(sum, new tir.Var(`x${k}`));
  const same = tir.mutate(sum, {});
  expect(same).toBe(sum);
  const shifted = tir.mutate(sum, { Var: (v) => (v === i ? tir.sub(i, 1) : undefined) });
  expect(tir.printExpr(shifted).startsWith("(".repeat(10_001) + "i: int32 - 1)")).toBe(true);
});
