"""The behaviour and the outputs of cells."""


def test_a_name_stays_and_can_be_declared_again(shared):
    assert shared.run("const a = 1; a").result == "1"
    assert shared.run("const a = 'other'; a").result == "'other'"
    assert shared.run("class P { v = 2 }\nenum E { X, Y }\ntype T = { n: number }").status == "ok"
    assert shared.run("const t: T = { n: new P().v + E.Y }; t.n").result == "3"


def test_an_assignment_is_seen_by_functions_of_earlier_cells(shared):
    shared.run("let count = 0;\nfunction next() { return ++count }")
    assert shared.run("count = 10; next(); count").result == "11"


def test_assignments_reach_variables_of_any_name(shared):
    shared.run("let value = 1; let set = 2; let name = 'a'; let next = () => value")
    assert shared.run("value = 5; set = 6; name = 'b'; [value, set, name, next()]").result == (
        "[ 5, 6, 'b', 5 ]"
    )


def test_shorthand_properties_and_export_work(shared):
    shared.run("export const left = 1; let right = 2; export function both() { return { left, right } }")
    assert shared.run("const o = { left, right }; ({ right } = { right: 5 }); [o, both()]").result == (
        "[ { left: 1, right: 2 }, { left: 1, right: 5 } ]"
    )


def test_await_works_at_the_top_and_in_loops(shared):
    code = "let sum = 0;\nfor await (const n of [1, Promise.resolve(2)]) sum += n;\nawait sum"
    assert shared.run(code).result == "3"


def test_for_await_loops_end_as_the_language_specifies(shared):
    shared.run(
        """const said: unknown[] = [];
        async function* count() { try { yield 1; yield 2; throw new Error('three') } finally { said.push('closed') } }"""
    )
    shared.run("for await (const n of count()) { said.push(n); break }")
    assert shared.run("said").result == "[ 1, 'closed' ]"
    shared.run("for await (const n of count()) { throw new Error('body') }")
    shared.run("try { for await (const n of count()) said.push(n) } catch (e) { said.push(String(e)) }")
    assert shared.run("said.slice(2)").result == "[ 'closed', 1, 2, 'closed', 'Error: three' ]"


def test_the_last_expression_is_the_result_unless_it_is_undefined(shared):
    assert shared.run("1; 2").result == "2"
    assert shared.run("null").result == "null"
    assert shared.run("undefined").result is None
    assert shared.run("const last = 1").result is None


def test_a_large_value_is_summarized(shared):
    text = shared.run("Array.from({ length: 1e6 }, (_, i) => i)").result
    assert "999900 more items" in text and len(text) < 2000
    assert len(shared.run("'x'.repeat(1e6)").result) < 20_000


def test_an_object_is_shown_in_several_mime_types(shared):
    run = shared.run(
        """({
          [Symbol.for("Jupyter.display")]() {
            return { "text/plain": "P", "text/html": "<i>H</i>", "application/x": { deep: [1] } };
          },
        })"""
    )
    (result,) = run.contents("execute_result")
    assert result["data"] == {"text/plain": "P", "text/html": "<i>H</i>", "application/x": {"deep": [1]}}


def test_a_display_may_be_a_promise_and_text_is_added(shared):
    run = shared.run(
        """class Slow {
          async [Symbol.for("Jupyter.display")]() {
            await new Promise((resolve) => setTimeout(resolve, 20));
            return { "text/html": "<b>slow</b>" };
          }
        }
        display(new Slow());
        1"""
    )
    (shown,) = run.contents("display_data")
    assert shown["data"]["text/html"] == "<b>slow</b>"
    assert "Slow" in shown["data"]["text/plain"]


def test_an_error_of_a_display_is_the_cell_s_error(shared):
    run = shared.run("({ [Symbol.for('Jupyter.display')]() { throw new Error('no picture') } })")
    assert run.reply["evalue"] == "no picture"
    run = shared.run("display({ 'application/x': 1n }, { raw: true })")
    assert "cannot be written as JSON" in run.reply["evalue"]


def test_a_formatter_wins_and_the_latest_first(shared):
    shared.run("class Point { constructor(readonly x: number) {} }")
    shared.run("jupyter.registerFormatter(Point, (p) => ({ 'text/plain': 'old' }))")
    shared.run("jupyter.registerFormatter(Point, (p) => ({ 'text/plain': `point at ${p.x}` }))")
    assert shared.run("new Point(3)").result == "point at 3"


def test_an_output_is_replaced_by_its_id(shared):
    run = shared.run("display(1, { id: 'one' }); display(2, { id: 'one', update: true })")
    (first,) = run.contents("display_data")
    (second,) = run.contents("update_display_data")
    assert first["transient"] == second["transient"] == {"display_id": "one"}
    assert second["data"]["text/plain"] == "2"


def test_outputs_come_in_the_order_they_were_made(shared):
    run = shared.run("console.log(1); display(2); console.error(3); jupyter.clearOutput(); 4")
    kinds = [m["msg_type"] for m in run.messages if m["msg_type"] not in ("status", "execute_input")]
    assert kinds == ["stream", "display_data", "stream", "clear_output", "execute_result"]


def test_child_processes_write_into_the_notebook(shared):
    run = shared.run("import { execSync } from 'child_process';\nexecSync('echo child', { stdio: 'inherit' }); await new Promise((r) => setTimeout(r, 200))")
    assert run.stdout == "child\n" and run.stderr == ""


def test_nothing_is_written_to_stderr_by_default(shared):
    run = shared.run(
        "import { EventEmitter } from 'events';\nconst e = new EventEmitter();\n"
        "for (let i = 0; i < 20; i++) e.on('x', () => 0);\nprocess.emitWarning('w'); 1"
    )
    assert run.stderr == ""


def test_a_progress_bar_shows_both_as_text_and_as_html(shared):
    run = shared.run("let seen = 0;\nfor (const x of progress([5, 6], { label: 'work' })) seen += x;\nseen")
    first, last = run.contents("display_data")[0], run.contents("update_display_data")[-1]
    assert first["transient"] == last["transient"]
    assert "0/2" in first["data"]["text/plain"] and "2/2" in last["data"]["text/plain"]
    assert "<progress" in last["data"]["text/html"] and "script" not in last["data"]["text/html"]
    assert run.result == "11"


def test_progress_is_throttled_and_ends_where_the_loop_stops(shared):
    run = shared.run("for (const x of progress(Array(100000).fill(0))) {}")
    assert len(run.contents("update_display_data")) < 30
    run = shared.run("for (const x of progress([1, 2, 3, 4])) { if (x === 3) break }")
    assert "2/4" in run.contents("update_display_data")[-1]["data"]["text/plain"]
    assert "stopped" in run.contents("update_display_data")[-1]["data"]["text/plain"]


def test_a_progress_bar_can_be_updated_by_calls(shared):
    run = shared.run("const bar = progress.bar(10, 'tuning'); bar.update(10, 'best 3 ms'); bar.finish()")
    assert "10/10" in run.contents("update_display_data")[-1]["data"]["text/plain"]
    assert "best 3 ms" in run.contents("update_display_data")[-1]["data"]["text/plain"]


def test_output_after_a_cell_s_end_belongs_to_the_last_cell(shared):
    shared.run("setTimeout(() => console.log('late'), 300)")
    message = shared.published(lambda m: m["msg_type"] == "stream")
    assert message["content"]["text"] == "late\n"


def test_a_silent_cell_is_not_shown_or_counted(shared):
    before = shared.run("1").reply["execution_count"]
    run = shared.run("console.log('hidden'); 2", silent=True)
    assert [m["msg_type"] for m in run.messages if m["msg_type"] != "status"] == []
    assert shared.run("3", store_history=False).reply["execution_count"] == before
    assert shared.run("4").reply["execution_count"] == before + 1


def test_user_expressions_are_evaluated_after_the_cell(shared):
    run = shared.run("const ue = 20", user_expressions={"sum": "ue + 1", "bad": "nowhere"})
    expressions = run.reply["user_expressions"]
    assert expressions["sum"]["data"]["text/plain"] == "21"
    assert expressions["bad"]["status"] == "error" and "nowhere" in expressions["bad"]["evalue"]


def test_a_failure_stops_the_cells_that_wait_but_not_the_next_one(shared):
    client = shared.client
    # It fails late enough for the others to wait.
    fails = "await new Promise((resolve) => setTimeout(resolve, 500)); throw new Error('stop')"
    ids = [client.execute(code) for code in (fails, "'skipped'", "'skipped too'")]
    replies = {}
    while len(replies) < 3:
        reply = client.get_shell_msg(timeout=30)
        replies[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
    assert [replies[i] for i in ids] == ["error", "aborted", "aborted"]
    assert shared.run("'runs'").result == "'runs'"


def test_without_stop_on_error_the_waiting_cells_run(shared):
    client = shared.client
    first = client.execute("throw new Error('go on')", stop_on_error=False)
    second = client.execute("1")
    replies = {}
    while len(replies) < 2:
        reply = client.get_shell_msg(timeout=30)
        replies[reply["parent_header"]["msg_id"]] = reply["content"]["status"]
    assert (replies[first], replies[second]) == ("error", "ok")


def test_declarations_before_a_failure_can_be_used(shared):
    assert shared.run("const early = 5;\nthrow new Error('x');\nconst late = 6;").status == "error"
    assert shared.run("early").result == "5"
    assert "late" in shared.run("late").error


def test_completion_and_inspection_know_the_session(shared):
    shared.run("/** Adds one to `x`. */\nfunction addOne(x: number): number { return x + 1 }")
    shared.client.complete("addO", 4)
    assert shared.client.get_shell_msg(timeout=30)["content"]["matches"] == ["addOne"]
    shared.client.inspect("addOne(3)", 8)
    data = shared.client.get_shell_msg(timeout=30)["content"]["data"]
    assert "function addOne(x: number): number" in data["text/plain"]
    assert "Adds one" in data["text/markdown"] and "```typescript" in data["text/markdown"]


def test_positions_are_counted_in_unicode_characters(shared):
    shared.run("const naïve = { über: 1 }")
    code = "'😀😀'; naïve.ü"
    shared.client.complete(code, len(code))
    content = shared.client.get_shell_msg(timeout=30)["content"]
    assert content["matches"] == ["über"]
    assert (content["cursor_start"], content["cursor_end"]) == (len(code) - 1, len(code))
