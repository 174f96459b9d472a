"""While a cell computes, the kernel answers all other requests."""

import threading
import time
from contextlib import contextmanager

import pytest
import zmq


@contextmanager
def computing(session):
    """Runs an endless synchronous loop during the test."""
    session.client.execute("for (;;) {}")
    session.published(lambda m: m["msg_type"] == "execute_input")
    time.sleep(0.2)
    try:
        yield
    finally:
        session.ask("interrupt_request")
        assert session.client.get_shell_msg(timeout=30)["content"]["ename"] == "Interrupted"


@pytest.fixture
def session(shared):
    shared.run("const known = { first: 1, second: 2 }")
    shared.client.complete("known.", 6)
    shared.client.get_shell_msg(timeout=30)
    return shared


def test_completion_and_inspection_answer_at_once(session):
    with computing(session):
        started = time.monotonic()
        session.client.complete("known.", 6)
        matches = session.client.get_shell_msg(timeout=10)["content"]["matches"]
        assert matches == ["first", "second"]
        session.client.inspect("known", 3)
        assert session.client.get_shell_msg(timeout=10)["content"]["found"]
        assert time.monotonic() - started < 5


def test_the_heartbeat_beats(session):
    with computing(session):
        socket = zmq.Context.instance().socket(zmq.REQ)
        info = session.manager.get_connection_info()
        socket.connect(f"tcp://{info['ip']}:{info['hb_port']}")
        for n in range(5):
            socket.send(b"beat %d" % n)
            assert socket.poll(1000) and socket.recv() == b"beat %d" % n
        socket.close(linger=0)


def test_kernel_info_and_comm_info_answer(session):
    with computing(session):
        assert session.ask("kernel_info_request", channel="shell")["status"] == "ok"
        assert session.ask("comm_info_request", channel="shell")["status"] == "ok"
        assert session.ask("kernel_info_request")["status"] == "ok"


def test_the_status_stays_busy_while_others_are_answered(session):
    with computing(session):
        session.ask("kernel_info_request", channel="shell")
        states = []
        while len(states) < 3:
            message = session.published(lambda m: m["msg_type"] == "status")
            states.append(message["content"]["execution_state"])
        assert states == ["busy", "idle", "busy"]


def test_printed_text_appears_while_the_cell_computes(session):
    session.client.execute("console.log('now'); for (;;) {}")
    message = session.published(lambda m: m["msg_type"] == "stream")
    assert message["content"]["text"] == "now\n"
    session.ask("interrupt_request")
    session.client.get_shell_msg(timeout=30)


def test_two_front_ends_get_the_replies_to_their_own_requests(session):
    other = session.another_client()
    runs = {}

    def run(name, client):
        runs[name] = [session.run(f"console.log('{name}');\n'{name}' + {n}", client=client) for n in range(10)]

    thread = threading.Thread(target=run, args=("b", other))
    thread.start()
    run("a", session.client)
    thread.join()
    other.stop_channels()
    for name in "ab":
        assert [run.result for run in runs[name]] == [f"'{name}{n}'" for n in range(10)]
        assert {run.stdout for run in runs[name]} == {f"{name}\n"}


def test_a_front_end_that_reconnects_under_its_name_is_answered(session):
    again = session.manager.client()
    assert again.session.bsession == session.client.session.bsession
    again.start_channels()
    again.wait_for_ready(timeout=20)
    assert session.run("known.first", client=again).result == "1"
    again.stop_channels()
