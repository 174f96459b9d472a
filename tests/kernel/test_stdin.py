"""Prompts of cells."""


def test_a_prompt_waits_for_a_line(shared):
    assert shared.run("prompt('name?')", answers=["Ada"]).result == "'Ada'"


def test_two_prompts_in_one_expression_are_answered_in_order(shared):
    assert shared.run("[prompt('1'), prompt('2'), confirm('sure?')]", answers=["a", "b", "y"]).result == (
        "[ 'a', 'b', true ]"
    )


def test_an_empty_answer_means_the_default(shared):
    assert shared.run("prompt('name?', 'default')", answers=[""]).result == "'default'"
    assert shared.run("prompt('name?')", answers=[""]).result == "null"


def test_confirm_is_true_only_for_yes(shared):
    assert shared.run("confirm('sure?')", answers=["yes"]).result == "true"
    assert shared.run("confirm('sure?')", answers=[""]).result == "false"


def test_a_later_prompt_is_answered_too(shared):
    code = "await new Promise((r) => setTimeout(r, 20)); const answer = prompt('later'); answer"
    assert shared.run(code, answers=["ok"]).result == "'ok'"


def test_without_a_front_end_that_takes_input_there_is_an_error(shared):
    assert "the front end of this cell has none" in shared.run("prompt('name?')").reply["evalue"]


def test_text_printed_before_a_prompt_is_shown_before_it(shared):
    shown = []
    client = shared.client
    client.allow_stdin = True
    client.execute("console.log('first'); prompt('then')", allow_stdin=True)
    request = client.get_stdin_msg(timeout=30)
    assert request["content"]["prompt"] == "then "
    shown = shared.published(lambda m: m["msg_type"] == "stream")
    assert shown["content"]["text"] == "first\n"
    client.input("done")
    assert client.get_shell_msg(timeout=30)["content"]["status"] == "ok"


def test_an_interrupt_ends_a_prompt(shared):
    client = shared.client
    client.execute("prompt('without end')", allow_stdin=True)
    client.get_stdin_msg(timeout=30)
    shared.ask("interrupt_request")
    assert client.get_shell_msg(timeout=30)["content"]["ename"] == "Interrupted"
    assert shared.run("prompt('again')", answers=["fine"]).result == "'fine'"
