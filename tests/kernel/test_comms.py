"""Comms: both sides open them, send messages and close them."""

import uuid


def send(session, kind, content, buffers=None):
    message = session.client.session.msg(kind, content)
    session.client.session.send(session.client.shell_channel.socket, message, buffers=buffers)
    return message["header"]["msg_id"]


def comm_info(session, target=None):
    content = {} if target is None else {"target_name": target}
    return session.ask("comm_info_request", content, channel="shell")["comms"]


def test_a_cell_opens_a_comm_sends_and_closes(fresh):
    run = fresh.run(
        "const c = jupyter.comm.open('view', { a: 1 }, { metadata: { m: 2 } });\n"
        "c.send({ b: 2 }, { buffers: [new Uint8Array([1, 2, 3])] });\nc.id"
    )
    comm_id = run.result.strip("'")
    (opened,) = run.contents("comm_open")
    assert opened == {"comm_id": comm_id, "target_name": "view", "data": {"a": 1}}
    (message,) = [m for m in run.messages if m["msg_type"] == "comm_msg"]
    assert message["content"] == {"comm_id": comm_id, "data": {"b": 2}}
    assert bytes(message["buffers"][0]) == b"\x01\x02\x03"
    assert comm_info(fresh) == {comm_id: {"target_name": "view"}}
    assert fresh.run("c.close({ bye: true }); c.closed").contents("comm_close")[0]["data"] == {"bye": True}
    assert comm_info(fresh) == {}
    assert "is closed" in fresh.run("c.send({})").reply["evalue"]


def test_the_front_end_opens_and_the_session_answers(fresh):
    fresh.run(
        """const got: unknown[] = [];
        jupyter.comm.register('echo', (comm, message) => {
          got.push(message.data);
          comm.onMessage(({ data, buffers }) => comm.send({ echo: data, bytes: buffers[0]?.length ?? 0 }));
          comm.onClose(({ data }) => got.push(data));
        });"""
    )
    comm_id = uuid.uuid4().hex
    send(fresh, "comm_open", {"comm_id": comm_id, "target_name": "echo", "data": {"hello": 1}})
    send(fresh, "comm_msg", {"comm_id": comm_id, "data": {"x": [1]}}, buffers=[b"abcd"])
    reply = fresh.published(lambda m: m["msg_type"] == "comm_msg")
    assert reply["content"] == {"comm_id": comm_id, "data": {"echo": {"x": [1]}, "bytes": 4}}
    assert comm_info(fresh, "echo") == {comm_id: {"target_name": "echo"}}
    assert comm_info(fresh, "other") == {}
    send(fresh, "comm_close", {"comm_id": comm_id, "data": {"end": 1}})
    assert fresh.run("got").result == "[ { hello: 1 }, { end: 1 } ]"
    assert comm_info(fresh) == {}


def test_a_comm_to_an_unregistered_target_is_closed(fresh):
    comm_id = uuid.uuid4().hex
    send(fresh, "comm_open", {"comm_id": comm_id, "target_name": "unknown", "data": {}})
    closed = fresh.published(lambda m: m["msg_type"] == "comm_close")
    assert closed["content"]["comm_id"] == comm_id
    assert comm_info(fresh) == {}


def test_a_comm_is_opened_before_the_libraries_that_answer_it_are_loaded(fresh):
    send(fresh, "comm_open", {"comm_id": "1", "target_name": "tvm-vta.session", "data": {}})
    reply = fresh.published(lambda m: m["msg_type"] in ("comm_msg", "comm_close"))
    assert reply["msg_type"] == "comm_msg"
    assert reply["content"]["data"]["environment"]["gemm"] == {"batch": 1, "blockIn": 16, "blockOut": 16}


def test_messages_are_received_while_a_cell_waits(fresh):
    fresh.run("jupyter.comm.register('go', () => go());\nlet go = () => {};")
    waiting = "new Promise<void>((resolve) => { go = resolve; console.log('waiting') })"
    fresh.client.execute(f"await {waiting}; 'went'")
    fresh.published(lambda m: m["msg_type"] == "stream")
    send(fresh, "comm_open", {"comm_id": "1", "target_name": "go", "data": {}})
    result = fresh.published(lambda m: m["msg_type"] == "execute_result")
    assert result["content"]["data"]["text/plain"] == "'went'"


def test_comms_end_with_the_session(fresh):
    fresh.run("jupyter.comm.open('view')")
    assert len(comm_info(fresh)) == 1
    assert len(fresh.run("process.exit()").contents("comm_close")) == 1
    assert comm_info(fresh) == {}


def test_views_receive_the_variables_of_cells(fresh):
    fresh.run("const early = 1; let later: number = 2;\nthrow new Error('stop'); const never = 3;")
    fresh.run("later = 4;")
    assert fresh.run("[...jupyter.variables()]").result == "[ [ 'early', 1 ], [ 'later', 4 ] ]"
