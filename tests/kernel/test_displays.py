"""Views of the libraries' objects, as a cell's value and by `display`."""

import pytest

TEXT, HTML, PLOT = "text/plain", "text/html", "application/vnd.plotly.v1+json"
OURS = "application/vnd.tvm-vta.{}.v1+json".format

SETTING = """
import * as tvm from "tvm-ts";
import * as vta from "vta-ts";
const { te, np } = tvm;
const env = vta.getEnv();
const shape = [1, 64, env.BATCH, env.BLOCK_OUT];
const A = te.placeholder(shape, { name: "A", dtype: env.accDtype });
const A_buf = te.compute(shape, (...i) => A(...i), "A_buf");
const B_buf = te.compute(shape, (...i) => A_buf(...i) + 1, "B_buf");
const B = te.compute(shape, (...i) => B_buf(...i).astype(env.inpDtype), "B");
const s = te.createSchedule(B.op);
s[A_buf].setScope(env.accScope); s[B_buf].setScope(env.accScope);
s[A_buf].pragma(A_buf.op.axis[0], env.dmaCopy); s[B].pragma(B.op.axis[0], env.dmaCopy);
s[B_buf].pragma(B_buf.op.axis[0], env.alu);
const f = vta.build(s, [A, B], { env, name: "increment" });
const remote = tvm.rpc.localSession();
const array = await tvm.nd.array(np.zeros(shape).astype("int32"), remote.extDev(0));
"""

# The last expression of a cell, its MIME types, and the start of its text.
PNG = "image/png"

SHOWN = [
    ("A", {TEXT}, "Tensor(shape=[1, 64, 1, 16], op.name=A)"),
    ("A(0, 0, 0, 0) + 1", {TEXT}, "(A[0, 0, 0, 0] + 1)"),
    ("s", {TEXT, HTML, OURS("schedule")}, "schedule(A, A_buf, B_buf, B)"),
    ("s[A_buf]", {TEXT, HTML, OURS("schedule")}, "stage(A_buf, compute(A_buf, "),
    ("tvm.lower(s, [A, B])", {TEXT, HTML, OURS("ir")}, "@main = primfn(A_1: handle"),
    ("vta.lower(s, [A, B], { trace: true })", {TEXT, HTML, OURS("passes")}, "changed by tir."),
    ("env", {TEXT, HTML, OURS("environment")}, "sim_1x16_i8w8a32_15_15_18_17"),
    ("f", {TEXT}, "module for ext_dev"),
    ("remote", {TEXT}, "a local session"),
    ("array", {TEXT, HTML, PNG, PLOT, OURS("tensor")}, "<NDArray shape=[1, 64, 1, 16], int32"),
    ("np.array([1, 2]) * 2 + 1", {TEXT, HTML, PNG, PLOT, OURS("tensor")}, "[3. 5.]"),
    ("vta.simulator.stats()", {TEXT, HTML, OURS("statistics")}, "inp_load_nbytes"),
    ("'text'", {TEXT}, "'text'"),
]


@pytest.fixture(scope="module")
def session(shared):
    run = shared.run(SETTING)
    assert run.status == "ok", run.error
    return shared


@pytest.mark.parametrize("code, forms, text", SHOWN, ids=[code for code, *_ in SHOWN])
def test_the_value_of_a_cell_is_shown(session, code, forms, text):
    run = session.run(code)
    assert run.status == "ok", run.error
    (result,) = run.contents("execute_result")
    assert set(result["data"]) == forms
    assert result["data"][TEXT].startswith(text)
    assert "<script" not in result["data"].get(HTML, "")


def test_the_value_shows_the_current_contents_of_the_array(session):
    session.run("array.copyFrom(np.full(shape, 7).astype('int32'))")
    assert "7 7 7" in session.run("array").result


def test_display_shows_at_once_and_can_be_updated(session):
    run = session.run("display(s); display(array, { id: 'a' }); display(A, { id: 'a', update: true }); 1")
    shown, named = run.contents("display_data")
    (updated,) = run.contents("update_display_data")
    assert set(shown["data"]) == {TEXT, HTML, OURS("schedule")}
    assert named["transient"] == updated["transient"] == {"display_id": "a"}
    assert updated["data"] == {TEXT: "Tensor(shape=[1, 64, 1, 16], op.name=A)"}
    assert run.result == "1"


def test_a_large_value_is_summarized(session):
    for code in ("np.zeros([2000, 2000])", "new Array(1e5).fill(A)"):
        (result,) = session.run(code).contents("execute_result")
        assert all(len(str(form)) < 1_000_000 for form in result["data"].values())


def test_progress_of_a_simulation_ends_at_the_end(session):
    run = session.run(
        "const a = tvm.nd.array(np.zeros(shape).astype('int32'), vta.extDev(0, env));"
        "const b = tvm.nd.empty(shape, 'int8', vta.extDev(0, env));"
        "for (const k of progress([...Array(200).keys()], { label: 'simulating' })) f(a, b);"
    )
    assert run.status == "ok", run.error
    (first,) = run.contents("display_data")
    updates = run.contents("update_display_data")
    assert "simulating" in first["data"][TEXT] and "100% 200/200" in updates[-1]["data"][TEXT]
    assert len(updates) < 100


def test_a_display_that_is_not_a_mime_bundle_is_refused(shared):
    for display in ("null", "5", "Promise.resolve(null)"):
        value = f"{{ [Symbol.for('Jupyter.display')]() {{ return {display} }} }}"
        assert "is not a MIME bundle" in shared.run(f"({value})").reply["evalue"]
        assert "is not a MIME bundle" in shared.run(f"display({value})").reply["evalue"]
    evalue = shared.run("display({ 'text/html': 5 }, { raw: true })").reply["evalue"]
    assert evalue == "the text/html form of a value is 5, which is not text"


def test_half_a_surrogate_pair_is_replaced_since_notebooks_cannot_store_it(shared):
    run = shared.run("console.log('\\ud83d'); '\\\\ud83d \\ud83d\\ude00'")
    assert run.stdout == "\ufffd\n"
    assert run.result == "'\\\\ud83d \U0001f600'"


def test_a_function_without_a_name_is_shown_without_a_name(shared):
    assert shared.run("(i: number) => i").result == "[Function (anonymous)]"
    assert shared.run("function named() {}; named").result == "[Function: named]"
