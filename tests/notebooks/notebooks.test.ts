/**
 * Every notebook that is not an assignment, executed: all cells run, the check at the end passes, and
 * the tutorials that TVM has, too, list the programs that TVM lists, in each language.
 */

import { readFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { root } from "../support/jupyter-env";
import { goldenListings } from "./listings";
import {
  cellsOf,
  executeNotebook,
  forgetKernel,
  joined,
  notebooksIn,
  prepareNotebooks,
  SETUP_MS,
  type ExecutedNotebook,
} from "./notebook";

/** `get-started.test.ts` executes this one. */
const ELSEWHERE = "tutorials/vta_get_started.ipynb";

/** Chosen so that two processors are busy and no kernel waits for a processor. */
const AT_ONCE = 2;

const paths = ["tutorials", "experiments"]
  .flatMap((folder) => notebooksIn(folder))
  .filter((path) => path !== ELSEWHERE);

const executed = new Map<string, Promise<ExecutedNotebook>>();

beforeAll(() => {
  prepareNotebooks();
  const lanes = Array.from({ length: AT_ONCE }, () => Promise.resolve<unknown>(undefined));
  paths.forEach((path, i) => {
    const result = lanes[i % AT_ONCE]!.then(() => executeNotebook(path));
    executed.set(path, result);
    lanes[i % AT_ONCE] = result.catch(() => undefined);
  });
}, SETUP_MS);

afterAll(async () => {
  await Promise.allSettled(executed.values());
  forgetKernel();
}, SETUP_MS);

/** The code without comments and empty lines: what both languages of a tutorial have in common. */
function codeOf(path: string): string[] {
  return cellsOf(path)
    .filter(({ cell_type }) => cell_type === "code")
    .map(({ source }) => joined(source).replace(/^\s*\/\/.*\n?|^\n/gm, ""));
}

describe.each(paths)("%s", (path) => {
  test(
    "runs to the end of its check, without an error or a warning",
    { timeout: SETUP_MS },
    async () => {
      const notebook = await executed.get(path)!;
      const { code } = notebook;
      expect(code.map(({ execution_count }) => execution_count)).toEqual(code.map((_, i) => i + 1));
      const outputs = code.flatMap(({ outputs }) => outputs);
      expect(outputs.filter(({ output_type }) => output_type === "error")).toEqual([]);
      expect(outputs.filter(({ name }) => name === "stderr")).toEqual([]);
      expect(notebook.printed(-1)).toMatch(/^Successful .* test!\n$/);
    },
  );

  test("leaves no file behind", async () => {
    expect((await executed.get(path)!).filesLeft).toEqual([]);
  });

  const listings = goldenListings(basename(path, ".ipynb"));
  if (listings !== undefined)
    test("lists the programs that TVM lists", async () => {
      const notebook = await executed.get(path)!;
      expect(notebook.textsWith("application/vnd.tvm-vta.ir.v1+json")).toEqual(listings);
    });

  const isTranslation = basename(dirname(path)) === "zh";
  if (isTranslation)
    test("has the code of the English tutorial", () => {
      expect(codeOf(path)).toEqual(codeOf(join("tutorials", basename(path))));
    });
});

test("files of notebooks hold no outputs and name our kernel", () => {
  for (const path of [ELSEWHERE, ...paths]) {
    const text = readFileSync(join(root, "notebooks", path), "utf8");
    const { metadata } = JSON.parse(text) as { metadata: { kernelspec: { name: string } } };
    expect(metadata.kernelspec.name, path).toBe("tvm-vta");
    const withOutputs = cellsOf(path).filter(({ outputs }) => (outputs?.length ?? 0) > 0);
    expect(withOutputs, path).toEqual([]);
  }
});
