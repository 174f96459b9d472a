"""Jupyter's tests of kernels, with all their samples."""

import jupyter_kernel_test as jkt


class ProtocolTest(jkt.KernelTests):
    kernel_name = "tvm-vta"
    language_name = "typescript"
    file_extension = ".ts"

    code_hello_world = "console.log('hello, world')"
    code_stderr = "console.error('oh')"
    code_page_something = "parseInt?"
    code_generate_error = "throw new Error('on purpose')"
    code_clear_output = "jupyter.clearOutput()"
    code_inspect_sample = "parseInt"
    code_execute_result = [
        {"code": "6 * 7", "result": "42"},
        {"code": "'a' + 'b'", "result": "'ab'"},
        {"code": "const xs = [1, 2];\nxs.map((x) => x + 1)", "result": "[ 2, 3 ]"},
        {"code": "await Promise.resolve(3)", "result": "3"},
    ]
    code_display_data = [
        {"code": "display(html`<b>bold</b>`)", "mime": "text/html"},
        {"code": "display(md`# Title`)", "mime": "text/markdown"},
        {"code": "display(svg`<svg xmlns='http://www.w3.org/2000/svg'/>`)", "mime": "image/svg+xml"},
        {"code": "display(latex`x^2`)", "mime": "text/latex"},
        {"code": "display({ 'image/png': new Uint8Array([1]) }, { raw: true })", "mime": "image/png"},
    ]
    completion_samples = [
        {"text": "consol", "matches": {"console"}},
        {"text": "console.lo", "matches": {"log"}},
        {"text": "Math.hyp", "matches": {"hypot"}},
    ]
    complete_code_samples = ["1", "let x = 1;", "function f() {}\n", "f(1,\n  2)", "`a\nb`"]
    complete_code_samples += ["parseInt?", "?parseInt", "// nothing", ""]
    incomplete_code_samples = ["f(", "function f() {", "const x =", "x.", "`open", "/* open", "if (x)"]
    incomplete_code_samples += ["x = 1 + // and\n", "x ? 1"]
    invalid_code_samples = ["let = = 1", "x = 'open", "}", "const a b"]

    code_history_pattern = "6 ? 7*"
    supported_history_operations = ("tail", "range", "search")

    def test_the_language_info_for_front_ends(self):
        self.flush_channels()
        self.kc.kernel_info()
        info = self.kc.get_shell_msg(timeout=15)["content"]["language_info"]
        assert info["mimetype"] == "application/typescript"
        assert info["codemirror_mode"] == "typescript"
        assert info["pygments_lexer"] == "typescript"
        assert info["nbconvert_exporter"] == "script"
