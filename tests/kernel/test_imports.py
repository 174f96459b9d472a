"""Imports of cells, and the effect of a tsconfig.json beside the notebook."""

import json


def package(folder, name, manifest, **files):
    root = folder / "node_modules" / name
    root.mkdir(parents=True)
    (root / "package.json").write_text(json.dumps({"name": name, "version": "1.0.0", **manifest}))
    for file, text in files.items():
        (root / file.replace("__", ".")).write_text(text)


def test_the_libraries_need_no_installation_and_have_types(fresh):
    assert fresh.run("import * as tvm from 'tvm-ts'; typeof tvm.tir.Var").result == "'function'"
    assert fresh.run("import * as vta from 'vta-ts'; typeof vta").result == "'object'"
    assert "does not exist" in fresh.run("tvm.nothingOfTheKind").error
    fresh.client.inspect("tvm.UsageError", 12)
    data = fresh.client.get_shell_msg(timeout=30)["content"]["data"]
    assert "UsageError" in data["text/plain"] and "/lib/" not in data["text/plain"]


def test_packages_of_all_kinds_beside_the_notebook_are_found(fresh, tmp_path):
    package(tmp_path, "plain", {"main": "i.js"}, i__js="exports.k = 7")
    package(
        tmp_path,
        "modern",
        {"type": "module", "exports": {"import": "./i.js", "types": "./i.d.ts"}},
        i__js="export default () => 'default'; export const named = 4",
        **{"i__d__ts": "declare const f: () => string; export default f; export const named: number;"},
    )
    package(
        tmp_path,
        "awaiting",
        {"type": "module", "main": "i.js", "types": "i.d.ts"},
        i__js="export const v = await Promise.resolve(42)",
        **{"i__d__ts": "export const v: number;"},
    )
    package(tmp_path, "failing", {"type": "module", "main": "i.js"}, i__js="await 1; throw new Error('at load')")
    assert fresh.run("import { k } from 'plain'; k").result == "7"
    assert fresh.run("import f, { named } from 'modern'; f() + named").result == "'default4'"
    assert fresh.run("import { v } from 'awaiting'; v").result == "42"
    assert fresh.run("(await import('awaiting')).v + (await import('os')).EOL.length").result == "43"
    assert "at load" in fresh.run("import 'failing'").error


def test_a_package_installed_after_a_failed_import_is_found(fresh, tmp_path):
    assert fresh.run("import { k } from 'later'; k").status == "error"
    package(
        tmp_path, "later", {"main": "i.js", "types": "i.d.ts"}, i__js="exports.k = 1", **{"i__d__ts": "export const k: number;"}
    )
    assert fresh.run("import { k } from 'later'; k").result == "1"


def test_typescript_files_beside_the_notebook_are_compiled_checked_and_reloaded(fresh, tmp_path):
    (tmp_path / "lib").mkdir()
    (tmp_path / "lib" / "deep.ts").write_text("export const deep: number = 1;\n")
    util = tmp_path / "util.ts"
    util.write_text(
        "import { deep } from './lib/deep';\nexport const value: number = deep + 1;\n"
        "export function fail(): never {\n  throw new Error('util');\n}\n"
    )
    assert fresh.run("import { value } from './util'; value").result == "2"
    assert fresh.run("import { value as again } from './util.ts'; again").result == "2"
    run = fresh.run("import { fail } from './util';\nfail()")
    assert f"at fail ({util}:4:9)" in run.error and "4 |   throw new Error('util');" in run.error
    (tmp_path / "lib" / "deep.ts").write_text("export const deep: number = 10;\n")
    assert fresh.run("import { value } from './util'; value").result == "11"
    util.write_text("export const value: number = 'text';\n")
    run = fresh.run("import { value } from './util'; value")
    assert f"{util}:1:14" in run.error and "assignable" in run.error


def test_a_file_above_the_notebook_s_folder_can_be_imported(tmp_path):
    from session import Session

    (tmp_path / "above.ts").write_text("export const up = 'up';\n")
    (tmp_path / "notebooks").mkdir()
    with Session(tmp_path / "notebooks") as session:
        assert session.run("import { up } from '../above'; up").result == "'up'"


def test_a_file_survives_the_session(fresh, tmp_path):
    (tmp_path / "kept.ts").write_text("export const kept = 1;\n")
    assert fresh.run("import { kept } from './kept'; kept").result == "1"
    fresh.run("process.exit()")
    assert fresh.run("import { kept } from './kept'; kept").result == "1"


def test_compiler_options_beside_the_notebook_are_honoured(tmp_path):
    from session import Session

    options = {"strict": False, "experimentalDecorators": True, "module": "nodenext", "outDir": "x"}
    (tmp_path / "tsconfig.json").write_text(json.dumps({"compilerOptions": options}))
    with Session(tmp_path) as session:
        assert session.run("const id = (x) => x; id(3)").result == "3"
        assert session.run("[1].find((x) => x > 0).toFixed(1)").result == "'1.0'"


def test_a_damaged_tsconfig_does_not_prevent_cells_from_running(tmp_path):
    from session import Session

    (tmp_path / "tsconfig.json").write_text("{ nonsense")
    with Session(tmp_path) as session:
        assert session.run("1 + 1").result == "2"


def test_node_s_own_modules_have_types_that_fit_the_node_in_use(shared):
    assert shared.run("import { setTimeout as sleep } from 'timers/promises'; await sleep(1, 'slept')").result == "'slept'"
    assert shared.run("import fs from 'fs'; typeof fs.readFileSync").result == "'function'"
    assert shared.run("[3, 1, 2].toSorted()").result == "[ 1, 2, 3 ]"
