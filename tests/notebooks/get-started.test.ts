/** The first tutorial, executed by nbclient: what it shows is what the reference's tutorial shows. */

import { execFileSync } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";
import { buildPackages, installKernel, preparePython, python, root } from "../support/jupyter-env";

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

interface Cell {
  readonly cell_type: string;
  readonly execution_count: number | null;
  readonly source: string | string[];
  readonly outputs: readonly Output[];
}

const here = fileURLToPath(new URL(".", import.meta.url));
const SETUP_MS = 600_000;

let code: Cell[];
let left: string[];

beforeAll(() => {
  buildPackages();
  preparePython(join(here, "requirements.txt"));
  const { prefix, env } = installKernel();
  const folder = mkdtempSync(join(tmpdir(), "tvm-vta-notebook-"));
  try {
    const notebook = join(root, "notebooks/tutorials/vta_get_started.ipynb");
    const executed = execFileSync(python, [join(here, "execute.py"), notebook, folder], {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      env: { ...env, TMPDIR: folder },
    });
    const { cells } = JSON.parse(executed) as { cells: Cell[] };
    code = cells.filter(({ cell_type }) => cell_type === "code");
    left = readdirSync(folder);
  } finally {
    rmSync(prefix, { recursive: true });
    rmSync(folder, { recursive: true });
  }
}, SETUP_MS);

function joined(text: string | string[]): string {
  return typeof text === "string" ? text : text.join("");
}

/** What the one cell that contains a text shows. */
function shown(text: string): Readonly<Record<string, unknown>> {
  const [cell, ...others] = code.filter(({ source }) => joined(source).includes(text));
  expect(others).toEqual([]);
  const results = cell!.outputs.filter(({ output_type }) => output_type === "execute_result");
  expect(results).toHaveLength(1);
  return results[0]!.data!;
}

function textOf(text: string): string {
  return joined(shown(text)["text/plain"] as string | string[]).trimEnd();
}

function tutorial(name: string): string {
  return readFileSync(join(here, "get-started", name), "utf8").trimEnd();
}

test("every code cell ran, without an error or a warning", () => {
  expect(code.map(({ execution_count }) => execution_count)).toEqual(code.map((_, i) => i + 1));
  const outputs = code.flatMap(({ outputs }) => outputs);
  expect(outputs.filter(({ output_type }) => output_type === "error")).toEqual([]);
  expect(outputs.filter(({ name }) => name === "stderr")).toEqual([]);
});

test("the program of the default schedule is the tutorial's", () => {
  expect(textOf("tvm.lower(")).toBe(tutorial("default-schedule.txt"));
});

test("the stage is shown as in the tutorial", () => {
  expect(textOf("setScope(")).toBe(tutorial("stage.txt"));
});

test("the program for VTA is the tutorial's", () => {
  expect(textOf("vta.lower(")).toBe(tutorial("vta-schedule.txt"));
});

test("the sum is right, and the notebook says so last", () => {
  const printed = code.at(-1)!.outputs.map(({ text }) => joined(text!));
  expect(printed).toEqual(["Successful vector add test!\n"]);
});

test("arrays, programs and stages show themselves in several forms", () => {
  const plotly = "application/vnd.plotly.v1+json";
  expect(Object.keys(shown("tvm.lower("))).toContain("text/html");
  expect(Object.keys(shown("setScope("))).toContain("text/html");
  const arrays = code.filter(({ source }) => /^[ABC]_nd$/.test(joined(source)));
  expect(arrays).toHaveLength(3);
  for (const { outputs } of arrays) {
    expect(Object.keys(outputs[0]!.data!)).toEqual(
      expect.arrayContaining([plotly, "text/html", "text/plain"]),
    );
  }
});

test("cells read as the tutorial's: operators and indices, no methods in their place", () => {
  const text = code.map(({ source }) => joined(source)).join("\n");
  expect(text).toContain("A_buf(...i).astype(env.accDtype) + B_buf(...i).astype(env.accDtype)");
  expect(text).toContain("s[A_buf].pragma(s[A_buf].op.axis[0], env.dmaCopy)");
  expect(text).not.toMatch(/\.(stage|add)\(/);
});

test("no file is left behind", () => {
  expect(left).toEqual([]);
});
