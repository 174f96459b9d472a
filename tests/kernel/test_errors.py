"""Errors: one output each, with the user's lines."""

from session import plain


def test_an_error_shows_the_line_that_threw_it(shared):
    run = shared.run("function f() {\n  const q = 1;\n  throw new TypeError('in f');\n}\nf()")
    name = f"cell [{run.reply['execution_count']}]"
    assert run.reply["ename"] == "TypeError" and run.reply["evalue"] == "in f"
    assert run.error.split("\n") == [
        "TypeError: in f",
        f"  {name}:3:9",
        "  1 | function f() {",
        "  2 |   const q = 1;",
        "  3 |   throw new TypeError('in f');",
        "    |         ^",
        f"    at f ({name}:3:9)",
        f"    at {name}:5:1",
    ]
    assert run.stderr == ""


def test_a_function_of_an_earlier_cell_is_shown_there(shared):
    first = shared.run("const thrower = (n: number) => {\n  throw new Error('n is ' + n);\n};").reply
    run = shared.run("1;\nthrower(3)")
    assert f"cell [{first['execution_count']}]:2:9" in run.error
    assert f"at cell [{run.reply['execution_count']}]:2:1" in run.error


def test_the_place_is_right_after_code_that_the_compiler_removes_or_adds(shared):
    run = shared.run("const p = 1, o = { p };\nconst c = { p, o }; (c as any).x.y;")
    assert ":2:34" in run.error
    run = shared.run("type Long = {\n  a: number;\n};\nconst v = { a: 1 } as Long; (v as any).b.c;")
    assert ":4:42" in run.error


def test_a_type_error_has_carets_below_the_place(shared):
    run = shared.run("const ok = 1;\nconst wrong: number = 'text';")
    assert run.reply["ename"] == "TypeCheckError"
    assert "'string' is not assignable to type 'number'" in run.reply["evalue"]
    assert run.error.split("\n")[-2:] == ["  2 | const wrong: number = 'text';", "    |       ^^^^^"]
    assert shared.run("typeof wrong").status == "error"


def test_types_are_checked_strictly(shared):
    assert "possibly 'undefined'" in shared.run("[1].find((x) => x > 1).toFixed()").error


def test_a_syntax_error_is_reported_alone(shared):
    run = shared.run("let a = ;\nlet b = undefinedName")
    assert run.reply["ename"] == "SyntaxError"
    assert "undefinedName'" not in run.error and ":1:9" in run.error


def test_an_error_after_an_await_is_shown_with_its_callers(shared):
    run = shared.run("async function g() {\n  await null;\n  throw new Error('async');\n}\nawait g()")
    assert ":3:9" in run.error and "at async cell" in run.error


def test_an_error_of_a_promise_that_is_not_awaited_is_the_cell_s(shared):
    assert shared.run("Promise.reject(new Error('floating')); 1").reply["evalue"] == "floating"
    code = "setTimeout(() => { throw new Error('timer') }, 5); await new Promise(() => {})"
    assert shared.run(code).reply["evalue"] == "timer"


def test_an_error_of_the_library_shows_the_user_s_line_and_its_notes(shared):
    shared.run("import * as tvm from 'tvm-ts';\nconst span = tvm.Span.capture();")
    run = shared.run("throw new tvm.UsageError('te-compute', 'the shape is wrong', { notes: [{ text: 'made here', span }] })")
    assert run.reply["ename"] == "UsageError" and run.reply["evalue"] == "the shape is wrong"
    assert "note: made here" in run.error
    assert "2 | const span = tvm.Span.capture();" in run.error
    assert "/dist/" not in run.error


def test_causes_and_thrown_values_that_are_not_errors_are_shown(shared):
    run = shared.run("throw new Error('outer', { cause: new RangeError('inner') })")
    assert "caused by\nRangeError: inner" in run.error
    run = shared.run("throw new Error('so: inner', { cause: new Error('inner') })")
    assert "caused by" not in run.error
    assert shared.run("throw { code: 7 }").reply["evalue"] == "{ code: 7 }"


def test_an_endless_recursion_is_shown_once(shared):
    run = shared.run("function again(): number { return again() }\nagain()")
    assert "times more" in run.error and run.error.count("at again") <= 2


def test_a_logged_error_names_the_cell(shared):
    run = shared.run("\nconsole.log(new Error('logged'))")
    assert f"cell [{run.reply['execution_count']}]:2:13" in run.stdout
    assert "evaluator" not in run.stdout and "node:" not in run.stdout


def test_an_error_while_nothing_runs_is_shown_below_the_last_cell(shared):
    shared.run("setTimeout(() => { throw new Error('afterwards') }, 300)")
    message = shared.published(lambda m: m["msg_type"] == "error")
    assert message["content"]["evalue"] == "afterwards"
    assert "afterwards" in plain("".join(message["content"]["traceback"]))


def test_a_name_that_its_cell_did_not_reach_is_reported_as_such(shared):
    shared.run("const reached = 1; (null as any).x; const missed = 2;")
    assert shared.run("reached").result == "1"
    run = shared.run("1;\nmissed + 1")
    assert run.reply["ename"] == "ReferenceError" and "missed has no value" in run.reply["evalue"]
    assert f"cell [{run.reply['execution_count']}]:2:1" in run.error and "exports" not in run.error
    assert shared.run("const missed = 3; missed").result == "3"


def test_a_value_that_cannot_be_inspected_is_an_error_like_others(shared):
    shared.run("const kept = 1; const trap = () => { throw new Error('trap') };")
    thrown = "new Proxy({}, { getPrototypeOf: trap, get: trap })"
    assert "throws an error when it is formatted" in shared.run(f"throw {thrown}").error
    later = "await new Promise((resolve) => setTimeout(resolve, 1000))"
    assert "throws an error when it is formatted" in shared.run(f"setTimeout(() => {{ throw {thrown} }}); {later}").error
    assert shared.run("kept").result == "1"
