/** The first tutorial, executed by nbclient: its outputs are those of the reference's tutorial. */

import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import {
  executeNotebook,
  forgetKernel,
  joined,
  prepareNotebooks,
  SETUP_MS,
  type Cell,
  type ExecutedNotebook,
} from "./notebook";

const here = fileURLToPath(new URL(".", import.meta.url));

let notebook: ExecutedNotebook;
let code: readonly Cell[];

beforeAll(async () => {
  prepareNotebooks();
  notebook = await executeNotebook("tutorials/vta_get_started.ipynb");
  ({ code } = notebook);
}, SETUP_MS);

afterAll(forgetKernel);

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
  expect(notebook.textOf("tvm.lower(")).toBe(tutorial("default-schedule.txt"));
});

test("the stage is shown as in the tutorial", () => {
  expect(notebook.textOf("setScope(")).toBe(tutorial("stage.txt"));
});

test("the program for VTA is the tutorial's", () => {
  expect(notebook.textOf("vta.lower(")).toBe(tutorial("vta-schedule.txt"));
});

test("the sums jump where they leave 8 bits, and a trace, a profile and the passes are shown", () => {
  expect(notebook.textOf("tvm.view.difference(")).toBe("elements that differ: 128 of 1024");
  expect(notebook.textOf("vta.trace(")).toMatch(/^8 instructions in 1 run/);
  expect(notebook.textOf("vta.profile(")).toMatch(/^1486 cycles on de10/);
  expect(Object.keys(notebook.shown("trace: true"))).toContain(
    "application/vnd.tvm-vta.passes.v1+json",
  );
});

test("the sum is right, as the last cell checks", () => {
  const printed = code.at(-1)!.outputs.map(({ text }) => joined(text!));
  expect(printed).toEqual(["Successful vector add test!\n"]);
});

test("arrays, programs and stages have several MIME types", () => {
  const plotly = "application/vnd.plotly.v1+json";
  expect(Object.keys(notebook.shown("tvm.lower("))).toContain("text/html");
  expect(Object.keys(notebook.shown("setScope("))).toContain("text/html");
  const arrays = code.filter(({ source }) => /^[ABC]_nd$/.test(joined(source)));
  expect(arrays).toHaveLength(3);
  for (const { outputs } of arrays) {
    expect(Object.keys(outputs[0]!.data!)).toEqual(
      expect.arrayContaining([plotly, "text/html", "text/plain"]),
    );
  }
});

test("cells use operators and indices like TVM's tutorial, not methods", () => {
  const text = code.map(({ source }) => joined(source)).join("\n");
  expect(text).toContain("A_buf(...i).astype(env.accDtype) + B_buf(...i).astype(env.accDtype)");
  expect(text).toContain("s[A_buf].pragma(s[A_buf].op.axis[0], env.dmaCopy)");
  expect(text).not.toMatch(/\.(stage|add)\(/);
});

test("no file is left behind", () => {
  expect(notebook.filesLeft).toEqual([]);
});
