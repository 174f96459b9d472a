"""Interrupts stop a cell in any state and keep the session's variables."""

import signal
import threading
import time

import pytest

from session import Session

# A module whose function `f` loops without end.
WASM_LOOP = (
    "const wasm = new WebAssembly.Instance(new WebAssembly.Module(new Uint8Array(["
    "0,97,115,109,1,0,0,0,1,4,1,96,0,0,3,2,1,0,7,5,1,1,102,0,0,10,9,1,7,0,3,64,12,0,11,11])));"
)

ENDLESS = {
    "a loop": "for (;;) {}",
    "a loop that catches everything": "for (;;) { try { for (;;) {} } catch {} }",
    "a loop after an await": "await null; for (;;) {}",
    "a loop in a timer": "await new Promise((r) => setTimeout(() => { for (;;) {} }, 10))",
    "a loop in an immediate": "await new Promise((r) => setImmediate(() => { for (;;) {} }))",
    "a loop of promises": "for (;;) await null",
    "a loop that sleeps": "for (;;) await new Promise((r) => setTimeout(r, 5))",
    "a loop in WebAssembly": "wasm.exports.f()",
    "a loop in WebAssembly after an await": "await null; wasm.exports.f()",
    "a pending promise": "await new Promise(() => {})",
    "a sleeping thread": "Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0)",
    "a loop that prints": "for (;;) console.log('x'.repeat(100))",
}


@pytest.fixture(scope="module")
def session(shared):
    shared.run(f"let kept = 1; {WASM_LOOP}")
    return shared


@pytest.mark.parametrize("code", ENDLESS.values(), ids=ENDLESS.keys())
def test_an_interrupt_stops(session, code):
    with session.interrupting() as took:
        run = session.run(code)
    assert run.reply["ename"] == "Interrupted"
    assert len(run.contents("error")) == 1
    assert took["seconds"] < 1.0
    assert session.run("kept").result == "1"
    assert session.run("await new Promise((r) => setTimeout(() => r('on time'), 5))").result == "'on time'"


def test_a_loop_that_awaits_really_ends(session):
    session.run("let turns = 0")
    with session.interrupting():
        session.run("for (;;) { await new Promise((r) => setTimeout(r, 5)); turns++ }")
    before = session.run("turns").result
    time.sleep(0.1)
    assert session.run("turns").result == before


def test_a_for_await_loop_really_ends(session):
    session.run("let ticks = 0;\nimport { setInterval as every } from 'timers/promises';")
    with session.interrupting():
        assert session.run("for await (const _ of every(5)) ticks++").reply["ename"] == "Interrupted"
    before = session.run("ticks").result
    time.sleep(0.1)
    assert session.run("ticks").result == before


def test_finally_blocks_run_when_an_await_is_interrupted(session):
    session.run("let cleaned = false")
    session.client.execute("try { console.log('waiting'); await new Promise(() => {}) } finally { cleaned = true }")
    session.published(lambda m: m["msg_type"] == "stream")
    session.ask("interrupt_request")
    assert session.client.get_shell_msg(timeout=30)["content"]["ename"] == "Interrupted"
    assert session.run("cleaned").result == "true"


def test_an_interrupted_display_is_not_waited_for_by_later_cells(session):
    with session.interrupting():
        run = session.run("display({ [Symbol.for('Jupyter.display')]() { return new Promise(() => {}) } })")
    assert run.reply["ename"] == "Interrupted"
    assert session.run("kept").result == "1"


def test_an_interrupt_also_drops_the_cells_that_wait(session):
    client = session.client
    ids = [client.execute("for (;;) {}"), client.execute("1")]
    with session.interrupting():
        replies = {}
        while len(replies) < 2:
            reply = client.get_shell_msg(timeout=30)
            replies[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
    assert [replies[i] for i in ids] == ["error", "aborted"]


def test_an_interrupt_while_nothing_runs_does_nothing(session):
    assert session.ask("interrupt_request") == {"status": "ok"}
    assert session.run("kept").result == "1"


def test_a_signal_interrupts_too(session):
    pid = session.manager.provisioner.process.pid
    timer = threading.Timer(0.3, lambda: __import__("os").kill(pid, signal.SIGINT))
    timer.start()
    assert session.run("for (;;) {}").reply["ename"] == "Interrupted"
    assert session.run("kept").result == "1"


def test_many_interrupts_in_a_row_leave_the_session_usable(session):
    for _ in range(10):
        with session.interrupting(after=0.05):
            session.run("for (;;) {}")
    assert session.run("kept").result == "1"


def test_an_interrupt_stops_the_compiler(session):
    session.run("type Orders<T, U = T> = [T] extends [never] ? [] : U extends T ? [U, ...Orders<Exclude<T, U>>] : never")
    with session.interrupting():
        run = session.run("const forEver: Orders<0 | 1 | 2 | 3 | 4 | 5 | 6 | 7 | 8 | 9> = null!")
    assert run.reply["ename"] == "Interrupted"
    assert session.run("kept").result == "1"


def test_an_interrupt_reaches_the_program_that_a_cell_waits_for(session):
    with session.interrupting() as took:
        run = session.run("import { execSync } from 'child_process';\nexecSync('sleep 20')")
    assert run.reply["ename"] == "Interrupted"
    assert took["seconds"] < 2.0


def test_a_file_whose_loading_was_interrupted_is_loaded_again(fresh, tmp_path):
    (tmp_path / "slow.ts").write_text(
        "export const first = 1;\nconst end = Date.now() + 600;\nwhile (Date.now() < end) {}\n"
        "export const last = 2;\n"
    )
    code = "import { first, last } from './slow';\n[first, last]"
    with fresh.interrupting():
        assert fresh.run(code).reply["ename"] == "Interrupted"
    assert fresh.run(code).result == "[ 1, 2 ]"


def test_interrupts_while_the_libraries_are_loaded_leave_them_usable(tmp_path):
    # The evaluator that replaces one that ended loads them while the kernel runs.
    with Session(tmp_path) as session:
        for delay in (0.1, 0.2):
            session.run("process.exit()")
            time.sleep(delay)
            session.ask("interrupt_request")
            # The interrupt may reach the first cell.
            session.run("1")
            run = session.run("import { te } from 'tvm-ts';\ntypeof te.compute")
            assert run.result == "'function'"
