"""The kernel keeps running with any messages and any cells."""

import json
import os
import random
import signal
import string
import time
from pathlib import Path

from jupyter_client.session import Session as Signer

from session import Session


def processes_of(session):
    """The kernel's process and its children."""
    pid = session.manager.provisioner.process.pid
    children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return [pid, *map(int, children)]


def alive(pid):
    try:
        return Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except FileNotFoundError:
        return False


def random_json(rng, depth=0):
    kinds = ["null", "number", "string", "bool", "list", "dict"]
    kind = rng.choice(kinds if depth < 3 else kinds[:4])
    if kind == "list":
        return [random_json(rng, depth + 1) for _ in range(rng.randrange(4))]
    if kind == "dict":
        return {random_text(rng): random_json(rng, depth + 1) for _ in range(rng.randrange(4))}
    if kind == "string":
        return random_text(rng)
    return {"null": None, "number": rng.uniform(-1e6, 1e6), "bool": rng.random() < 0.5}[kind]


def random_text(rng):
    return "".join(rng.choice(string.printable + "é😀") for _ in range(rng.randrange(12)))


# execute_request and shutdown_request have contents without effect.
KINDS = [
    "kernel_info_request",
    "complete_request",
    "inspect_request",
    "is_complete_request",
    "history_request",
    "comm_info_request",
    "comm_open",
    "comm_msg",
    "comm_close",
    "interrupt_request",
    "execute_request",
    "debug_request",
    "input_reply",
    "toString",
    "",
]
FIELDS = ["code", "cursor_pos", "detail_level", "comm_id", "target_name", "data", "silent", "n"]
FIELDS += ["hist_access_type", "pattern", "user_expressions", "store_history", "allow_stdin", "value"]


def random_message(rng, signer):
    """The frames of a message with at least one error, or of an unusual message."""
    kind = rng.choice(KINDS)
    content = {field: random_json(rng) for field in rng.sample(FIELDS, rng.randrange(6))}
    if kind == "execute_request":
        # A string would be run; any other value must be refused.
        content["code"] = rng.choice([None, 1, [], {}])
    frames = signer.serialize(signer.msg(kind, content))
    fault = rng.randrange(8)
    if fault == 0:
        del frames[rng.randrange(len(frames))]
    elif fault == 1:
        frames[1] = b"0" * 64
    elif fault == 2:
        frames = [rng.randbytes(rng.randrange(20)) for _ in range(rng.randrange(1, 8))]
    elif fault == 3:
        parts = [rng.choice([b"", b"{", b"[]", b"null", b"3", b"\xff\xfe"]) for _ in range(4)]
        frames = [b"<IDS|MSG>", signer.sign(parts), *parts]
    elif fault == 4:
        frames += [rng.randbytes(5) for _ in range(rng.randrange(4))]
    return frames


def test_ten_thousand_random_messages_are_survived(fresh):
    rng = random.Random(6)
    signer = Signer(key=fresh.client.session.key)
    for count in range(10_000):
        channel = rng.choice(["shell", "control", "stdin"])
        socket = getattr(fresh.client, f"{channel}_channel").socket
        socket.send_multipart(random_message(rng, signer))
        if count % 100 == 99:
            drain(fresh)
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and drain(fresh) > 0:
        time.sleep(0.5)
    # The last message, for example an interrupt, may reach the first cell.
    fresh.ask("kernel_info_request", channel="control")
    fresh.run("'first'")
    assert fresh.run("'still here'").result == "'still here'"


def drain(session):
    """Receives all pending messages; returns their number."""
    count = 0
    client = session.client
    for channel in (client.shell_channel, client.control_channel, client.iopub_channel):
        while channel.socket.poll(0):
            channel.socket.recv_multipart()
            count += 1
    return count


def test_a_wrong_request_is_answered_with_an_error(fresh):
    for kind, content in [
        ("execute_request", {"code": 5}),
        ("complete_request", {"code": "x"}),
        ("inspect_request", {}),
        ("is_complete_request", {"code": None}),
    ]:
        reply = fresh.ask(kind, content, channel="shell")
        assert reply["status"] == "error" and reply["ename"] == "BadRequest"


def test_a_cursor_outside_the_cell_is_accepted(fresh):
    for position in (-5, 99, 1.5):
        content = {"code": "cons", "cursor_pos": position, "detail_level": 0}
        assert fresh.ask("complete_request", content, channel="shell")["status"] == "ok"
        assert fresh.ask("inspect_request", content, channel="shell")["status"] == "ok"


def test_process_exit_ends_the_session_with_a_message(fresh):
    fresh.run("const before = 1")
    run = fresh.run("process.exit(3)")
    assert run.reply["ename"] == "SessionLost" and "process.exit(3)" in run.reply["evalue"]
    assert len(run.contents("error")) == 1
    assert "Cannot find name 'before'" in fresh.run("before").error
    assert fresh.run("1 + 1").result == "2"


def test_a_crash_leaves_an_error_and_a_fresh_session(fresh):
    run = fresh.run("process.kill(process.pid, 'SIGSEGV'); await new Promise(() => {})")
    assert run.reply["ename"] == "SessionLost" and "SIGSEGV" in run.reply["evalue"]
    assert run.stderr == ""
    assert fresh.run("process.abort()").reply["ename"] == "SessionLost"
    assert fresh.run("1 + 1").result == "2"


def test_running_out_of_memory_is_survived(tmp_path):
    env = {**os.environ, "NODE_OPTIONS": "--max-old-space-size=150"}
    with Session(tmp_path, env=env) as session:
        run = session.run("const hog: unknown[] = []; for (;;) hog.push(new Array(1e5).fill({}))")
        assert run.reply["ename"] == "SessionLost" and "memory" in run.reply["evalue"]
        assert run.stderr == ""
        assert session.run("1 + 1").result == "2"


def test_a_session_that_ends_between_cells_is_reported(fresh):
    fresh.run("const gone = 1; setTimeout(() => process.exit(1), 300)")
    message = fresh.published(lambda m: m["msg_type"] == "error")
    assert message["content"]["ename"] == "SessionLost"
    assert "gone" in fresh.run("gone").error


def test_a_kernel_that_is_killed_in_a_cell_leaves_nothing_behind(fresh):
    fresh.client.execute("for (;;) {}")
    fresh.published(lambda m: m["msg_type"] == "execute_input")
    time.sleep(0.2)
    pids = processes_of(fresh)
    assert len(pids) == 3
    os.kill(pids[0], signal.SIGKILL)
    deadline = time.monotonic() + 30
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, pids))
    fresh.manager.restart_kernel(now=True)
    fresh.client.wait_for_ready(timeout=60)
    assert fresh.run("1 + 1").result == "2"


def test_restart_and_shutdown_end_all_processes(fresh):
    fresh.run("const x = 1")
    pids = processes_of(fresh)
    fresh.manager.restart_kernel(now=False)
    fresh.client.wait_for_ready(timeout=60)
    assert not any(map(alive, pids))
    assert "Cannot find name 'x'" in fresh.run("x").error
    pids = processes_of(fresh)
    assert fresh.ask("shutdown_request", {"restart": False}) == {"status": "ok", "restart": False}
    deadline = time.monotonic() + 30
    while any(map(alive, pids)) and time.monotonic() < deadline:
        time.sleep(0.05)
    assert not any(map(alive, pids))


def test_no_file_is_left_behind(tmp_path):
    folders = {name: tmp_path / name for name in ("notebook", "temporary", "home")}
    for folder in folders.values():
        folder.mkdir()
    env = {
        **os.environ,
        "TMPDIR": str(folders["temporary"]),
        "HOME": str(folders["home"]),
    }
    session = Session(folders["notebook"], env=env)
    with session:
        session.run("import * as tvm from 'tvm-ts'; console.log(1); throw new Error('x')")
        with session.interrupting():
            session.run("for (;;) {}")
        session.run("process.exit()")
        session.run("1")
    # Node.js 22 and later keep compiled code, which makes the next kernel start faster.
    kept = folders["temporary"] / "node-compile-cache"
    for folder in folders.values():
        left = [path for path in folder.rglob("*") if not path.is_relative_to(kept)]
        assert left == []


def test_a_file_that_is_not_a_connection_file_is_refused_with_a_message(tmp_path):
    import subprocess

    from conftest import COMMAND

    path = tmp_path / "connection.json"
    path.write_text(json.dumps({"ip": "127.0.0.1"}))
    result = subprocess.run([*COMMAND, "start", str(path)], capture_output=True, text=True, timeout=30)
    assert result.returncode == 1 and '"shell_port" is not a number' in result.stderr
