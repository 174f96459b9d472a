import { expect, test } from "vitest";
import {
  add,
  BufferStore,
  declBuffer,
  floorDiv,
  For,
  IntImm,
  IRModule,
  max,
  mutate,
  PrimFunc,
  printExpr,
  printModule,
  reprExpr,
  sub,
  Var,
  BufferLoad,
  type PrimExpr,
} from "tvm-ts";

const i = new Var("i");

test("a variable is printed with its type where it is first met", () => {
  expect(printExpr(add(i, i.mul(2)))).toBe("(i: int32 + (i*2))");
  expect(String(floorDiv(max(i, 3), 4))).toBe("floordiv(max(i: int32, 3), 4)");
  expect(reprExpr(add(i, i.astype("int64")))).toBe("(int64(i) + int64(i))");
});

test("a function is printed in the reference's form", () => {
  const A = declBuffer([8], "float32", { name: "A" });
  const B = declBuffer([8], "float32", { name: "B" });
  const a = new Var("A", "handle");
  const b = new Var("B", "handle");
  const body = new For(
    i,
    new IntImm(0),
    new IntImm(8),
    "serial",
    new BufferStore(B, new BufferLoad(A, [i]).add(1), [i]),
  );
  const func = new PrimFunc(
    [a, b],
    body,
    new Map([
      [a, A],
      [b, B],
    ]),
    new Map(),
    { global_symbol: "main" },
  );
  expect(printModule(IRModule.of("main", func)).text)
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
  let sum: PrimExpr = i;
  for (let k = 1; k <= 10_000; k++) sum = add(sum, new Var(`x${k}`));
  const same = mutate(sum, {});
  expect(same).toBe(sum);
  const shifted = mutate(sum, { Var: (v) => (v === i ? sub(i, 1) : undefined) });
  expect(printExpr(shifted).startsWith("(".repeat(10_001) + "i: int32 - 1)")).toBe(true);
});
