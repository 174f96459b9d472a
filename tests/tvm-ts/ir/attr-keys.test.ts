import { tir } from "tvm-ts";
import { expect, test } from "vitest";

test("a misspelt key of an attribute is a type error", () => {
  const nothing = tir.noOp();
  const one = new tir.IntImm(1);
  // @ts-expect-error -- it is spelt coproc_scope
  const misspelt = new tir.AttrStmt(one, "coproc_scop", one, nothing);
  // @ts-expect-error -- a comparison with it is an error as well
  expect(misspelt.key === "corproc_scope").toBe(false);
  expect(new tir.AttrStmt(one, "pragma_unroll_explicit", one, nothing).key in tir.ATTR_KEYS).toBe(
    false,
  );
});
