"""Additions to the protocol since 5.4: welcomes, usage, times, and parents of comm messages."""

import json
import os
import uuid
from datetime import datetime

import zmq

TIMEOUT_MS = 20_000


def test_a_subscription_is_welcomed_with_its_topic(shared):
    connection = shared.manager.get_connection_info()
    context = zmq.Context.instance()
    for topic in (b"", b"kernel.status"):
        with context.socket(zmq.SUB) as socket:
            socket.connect(f"tcp://{connection['ip']}:{connection['iopub_port']}")
            socket.subscribe(topic)
            while True:
                assert socket.poll(TIMEOUT_MS)
                identities, frames = shared.client.session.feed_identities(socket.recv_multipart())
                message = shared.client.session.deserialize(frames)
                if message["msg_type"] == "iopub_welcome":
                    break
            assert identities == [topic]
            assert message["parent_header"] == {}


def test_the_kernelspec_names_the_protocol(shared):
    with open(os.path.join(shared.manager.kernel_spec.resource_dir, "kernel.json")) as file:
        spec = json.load(file)
    assert spec["kernel_protocol_version"] == "5.5"
    assert shared.ask("kernel_info_request")["protocol_version"] == "5.5"


def test_usage_is_answered_while_a_cell_runs(shared):
    usage = shared.ask("usage_request")
    assert usage["status"] == "ok"
    assert usage["kernel_memory"] > 20e6
    assert usage["cpu_count"] >= 1
    assert usage["host_virtual_memory"]["total"] > usage["kernel_memory"]


def test_replies_have_the_time_when_the_work_began(shared):
    before = datetime.now().astimezone()
    message_id = shared.client.execute("1")
    while True:
        reply = shared.client.get_shell_msg(timeout=TIMEOUT_MS / 1000)
        if reply["parent_header"].get("msg_id") == message_id:
            break
    started = datetime.fromisoformat(str(reply["metadata"]["started"]).replace("Z", "+00:00"))
    assert abs((started.astimezone() - before).total_seconds()) < 60


def test_a_comm_message_that_answers_another_has_it_as_its_parent(fresh):
    fresh.run(
        "jupyter.comm.register('echo', (comm) => comm.onMessage(({ data }) => comm.send(data)));"
    )
    session = fresh.client.session
    comm_id = uuid.uuid4().hex
    send = lambda kind, content: session.send(fresh.client.shell_channel.socket, kind, content)
    send("comm_open", {"comm_id": comm_id, "target_name": "echo", "data": {}})
    asked = send("comm_msg", {"comm_id": comm_id, "data": {"x": 1}})
    answer = fresh.published(lambda m: m["msg_type"] == "comm_msg", timeout=20)
    assert answer["parent_header"]["msg_id"] == asked["header"]["msg_id"]
