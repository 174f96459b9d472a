import { expect, test } from "vitest";
import { IRModule, tir } from "tvm-ts";

const int = (value: number) => new tir.IntImm(value);
const loop = (variable: tir.Var, extent: number, body: tir.Stmt) =>
  new tir.For(variable, int(0), int(extent), "serial", body);

function funcOf(buffers: readonly tir.Buffer[], body: tir.Stmt): tir.PrimFunc {
  const params = buffers.map((buffer) => new tir.Var(buffer.name, "handle"));
  return new tir.PrimFunc(params, body, new Map(params.map((param, i) => [param, buffers[i]!])));
}

function bodyOf(func: tir.PrimFunc): string {
  return tir.printFuncScript(func).text.split("# body\n")[1]!;
}

test("nested plain loops are one grid, and names are free again after them", () => {
  const A = tir.declBuffer([8, 4], "float32", { name: "A" });
  const fill = (value: tir.PrimExpr) => {
    const i = new tir.Var("i");
    const j = new tir.Var("j.inner");
    return loop(i, 8, loop(j, 4, new tir.BufferStore(A, value, [i, j])));
  };
  const body = new tir.SeqStmt([fill(int(1).astype("float32")), fill(int(0).astype("float32"))]);
  const module = IRModule.of("main", funcOf([A], body).withAttrs({ global_symbol: "main" }));
  expect(tir.printScript(module).text).toBe(`# from tvm.script import tir as T
@tvm.script.ir_module
class Module:
    @T.prim_func
    def main(A: T.Buffer[(8, 4), "float32"]) -> None:
        # function attr dict
        T.func_attr({"global_symbol": "main"})
        # body
        for i, j_inner in T.grid(8, 4):
            A[i, j_inner] = T.float32(1)
        for i, j_inner in T.grid(8, 4):
            A[i, j_inner] = T.float32(0)
    
`);
});

test("parentheses are written where precedence requires them", () => {
  const A = tir.declBuffer([64], "int32", { name: "A" });
  const i = new tir.Var("i");
  const value = i.add(1).mul(2).sub(i.sub(3)).floorDiv(4);
  const func = funcOf([A], loop(i, 8, new tir.BufferStore(A, value, [i.mul(8).floorMod(5)])));
  expect(bodyOf(func)).toBe(`    for i in T.serial(8):
        A[i * 8 % 5] = ((i + 1) * 2 - (i - 3)) // 4
`);
});

test("an allocation declares its views, and lanes in a row are a slice", () => {
  const A = tir.declBuffer([32], "int32", { name: "A" });
  const local = tir.declBuffer([32], "int32", { name: "A.local", scope: "local" });
  const lanes = new tir.Ramp(int(4), int(1), 4);
  const every2 = new tir.Ramp(int(0), int(2), 4);
  const body = new tir.Allocate(
    local.data,
    "int32",
    [int(32)],
    tir.trueImm(),
    new tir.BufferStore(local, new tir.BufferLoad(A, [lanes]), [every2]),
  );
  expect(bodyOf(funcOf([A], body))).toBe(`    A_local = T.allocate([32], "int32", "local")
    A_local_1 = T.buffer_decl([32], dtype="int32", data=A_local, scope="local")
    A_local_1[0:8:2] = A[4:8]
`);
});

test("a scope that is not the last of its block is delimited by `with`", () => {
  const A = tir.declBuffer([32], "int32", { name: "A" });
  const axis = new tir.IterVar(undefined, new tir.Var("vta"), "ThreadIndex", "vta");
  const attr = new tir.AttrStmt(
    axis,
    "coproc_scope",
    int(2),
    new tir.BufferStore(A, int(1), [int(0)]),
  );
  const body = new tir.SeqStmt([attr, new tir.BufferStore(A, int(2), [int(1)])]);
  expect(tir.printFuncScript(funcOf([A], body)).text).toBe(`# from tvm.script import tir as T
@T.prim_func
def func(A: T.Buffer[32, "int32"]) -> None:
    vta = T.var("int32")
    # body
    with T.attr(T.iter_var(vta, None, "ThreadIndex", "vta"), "coproc_scope", 2):
        A[0] = 1
    A[1] = 2
`);
});
