"""Warnings of code that may be a mistake, and failures that are not shown."""


def test_a_comment_that_may_be_a_division_causes_a_warning_in_the_cells_output(shared):
    run = shared.run("7 // 2")
    assert run.result == "7"
    count = run.reply["execution_count"]
    assert run.stderr == ""
    assert run.stdout == (
        "Warning: // begins a comment; it does not divide\n"
        f"  cell [{count}]:1:3\n  1 | 7 // 2\n    |   ^^^^\n"
        "note: write a // b as Math.floor(7 / 2)\n"
    )


def test_void_shows_nothing_and_a_semicolon_changes_nothing(shared):
    assert shared.run("void 7").result is None
    assert shared.run("7;").result == "7"


def test_a_silent_request_that_fails_does_not_abort_waiting_cells(shared):
    client = shared.client
    shared.run("1")
    client.execute("await new Promise((done) => setTimeout(done, 300))", silent=True)
    failing = client.execute("throw new Error('unseen')", silent=True)
    waiting = client.execute("1 + 1")
    replies = {}
    while waiting not in replies:
        reply = client.get_shell_msg(timeout=60)
        replies[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
    assert (replies[failing], replies[waiting]) == ("error", "ok")


def test_import_meta_is_refused_with_its_place(shared):
    run = shared.run("1;\n  import.meta.url")
    assert run.reply["ename"] == "SyntaxError"
    assert f"cell [{run.reply['execution_count']}]:2:3" in run.error
    assert "__filename" in run.error
