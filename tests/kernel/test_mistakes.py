"""Mistakes with the compiler and the accelerator: one message each, and the user's line."""

import pytest

SETTING = [
    """
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
const { te, np } = tvm;
const env = vta.getEnv();
const shape = [1, 64, env.BATCH, env.BLOCK_OUT];
const A = te.placeholder(shape, { name: "A", dtype: env.accDtype });
const A_buf = te.compute(shape, (...i) => A(...i), "A_buf");
const C_buf = te.compute(shape, (...i) => A_buf(...i) + 1, "C_buf");
const C = te.compute(shape, (...i) => C_buf(...i).astype(env.inpDtype), "C");
function scheduled(scoped: boolean) {
  const s = te.createSchedule(C.op);
  if (scoped) { s[A_buf].setScope(env.accScope); s[C_buf].setScope(env.accScope); }
  s[A_buf].pragma(A_buf.op.axis[0], env.dmaCopy);
  s[C_buf].pragma(C_buf.op.axis[0], env.alu);
  s[C].pragma(C.op.axis[0], env.dmaCopy);
  return s;
}
""",
    """
import { writeFileSync } from "node:fs";
writeFileSync("corrupt.o", "no module");
const remote = tvm.rpc.localSession();
await remote.upload("corrupt.o");
const f = vta.build(scheduled(true), [A, C], { env, name: "increment" });
await remote.upload(f.toBytes(), "increment.o");
const g = await remote.loadModule("increment.o");
const ctx = remote.extDev(0);
const array = (shape: number[], dtype: string) => tvm.nd.array(np.zeros(shape).astype(dtype), ctx);
const a = await array(shape, "int32"), c = await array(shape, "int8"), short = await array([1, 32, 1, 16], "int32");
""",
]

# The second line of a cell, the kind of error, its column and its message.
MISTAKES = {
    "a type": (
        "const bad: string = te.placeholder([1]);",
        ("TypeCheckError", 9, "Type 'Tensor' is not assignable to type 'string'."),
    ),
    "the type of what an operator makes": (
        "const n: number = A(0, 0, 0, 0) + 1;",
        ("TypeCheckError", 9, "Type 'PrimExpr' is not assignable to type 'number'."),
    ),
    "a negative extent": (
        "te.placeholder([4, -1], { name: 'P' });",
        (
            "UsageError",
            6,
            "dimension 1 of placeholder P is -1; an extent must be a non-negative integer",
        ),
    ),
    "too few indices": (
        "te.compute([4], (i) => A(i), 'D');",
        (
            "UsageError",
            26,
            "tensor A has 4 dimensions but is read with 1 index; pass one index for each dimension",
        ),
    ),
    "an ambiguous division": (
        "A(0, 0, 0, 0) / 2;",
        ("UsageError", 17, "int32 / int32 can be rounded in several ways"),
    ),
    "a missing file": (
        "tvm.loadModule('nowhere.o');",
        ("UsageError", 7, "nowhere.o cannot be read: there is no such file or folder"),
    ),
    "a corrupt file": (
        "tvm.loadModule('corrupt.o');",
        ("UsageError", 7, "corrupt.o cannot be loaded: it is not a WebAssembly file"),
    ),
    "a file that the session does not have": (
        "await remote.loadModule('nowhere.o');",
        ("UsageError", 16, "the session has no file 'nowhere.o' (it has corrupt.o, increment.o)"),
    ),
    "a corrupt file that was sent": (
        "await remote.loadModule('corrupt.o');",
        ("UsageError", 16, "corrupt.o cannot be loaded: it is not a WebAssembly file"),
    ),
    "a wrong shape": (
        "await g(short, c);",
        ("UsageError", 9, "must have shape [1, 64, 1, 16], but has [1, 32, 1, 16]"),
    ),
    "a wrong dtype": (
        "await g(c, c);",
        ("UsageError", 9, "argument 1 of increment (A) must be of type int32, but is int8"),
    ),
    "too few arguments": (
        "await g(a);",
        ("UsageError", 9, "increment takes 2 arguments (A, C), but 1 was given"),
    ),
}


@pytest.fixture(scope="module")
def session(shared):
    for cell in SETTING:
        run = shared.run(cell)
        assert run.status == "ok", run.error
    return shared


@pytest.mark.parametrize("line, expected", MISTAKES.values(), ids=MISTAKES.keys())
def test_a_mistake_has_a_message_with_its_place(session, line, expected):
    name, column, sentence = expected
    run = session.run(f"// The mistake is below.\n  {line}")
    assert run.reply["ename"] == name
    assert sentence in run.reply["evalue"] and "\n" not in run.reply["evalue"].split(sentence)[0]
    lines = run.error.split("\n")
    assert lines[0].startswith(f"{name}: ")
    # The place and the line directly follow the message.
    assert f"  cell [{run.reply['execution_count']}]:2:{column}" in lines[1:3]
    assert f"  2 |   {line}" in lines
    assert f"    | {' ' * (column - 1)}^" in "\n".join(lines)
    check_frames(run.error)


def test_building_for_the_accelerator_without_scopes_says_what_is_missing(session):
    run = session.run("const s = scheduled(false);\n  vta.build(s, [A, C], { env });")
    assert run.reply["ename"] == "UsageError"
    assert "A is in global and A_buf in global" in run.reply["evalue"]
    assert "stage.setScope(env.accScope)" in run.reply["evalue"]
    # The error's place is the pragma; the call of build is in the trace.
    assert "s[A_buf].pragma(A_buf.op.axis[0], env.dmaCopy);" in run.error
    assert f"at cell [{run.reply['execution_count']}]:2:7" in run.error
    check_frames(run.error)


def check_frames(text):
    """Checks that the trace has no frames of the kernel or the libraries."""
    for inner in ("/dist/", "node:", "node_modules", "tslab", "evaluator", "<anonymous>"):
        assert inner not in text
