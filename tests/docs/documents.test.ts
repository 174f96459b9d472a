/** Links in the documents lead to existing places, and the documents' examples run. */

import { execFileSync } from "node:child_process";
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const documents = [
  "README.md",
  "extension/README.md",
  ...readdirSync(join(root, "docs"))
    .filter((name) => name.endsWith(".md"))
    .map((name) => join("docs", name)),
  ...readdirSync(join(root, "docs/errors")).map((name) => join("docs/errors", name)),
];

function read(document: string): string {
  return readFileSync(join(root, document), "utf8");
}

/** The anchors of a document, as GitHub makes them from its headings. */
function anchors(document: string): string[] {
  return [...read(document).matchAll(/^#+ (.*)$/gm)].map(([, heading]) =>
    heading!
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\s_-]/gu, "")
      .replaceAll(" ", "-"),
  );
}

describe("the documents", () => {
  test.each(documents)("%s has no link that leads nowhere", (document) => {
    const links = [...read(document).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link!);
    const broken = links.filter((link) => {
      if (/^https?:/.test(link)) return false;
      const [path, anchor] = link.split("#") as [string, string?];
      const target = path === "" ? document : join(dirname(document), path);
      if (!existsSync(join(root, target))) return true;
      return anchor !== undefined && !anchors(target).includes(anchor);
    });
    expect(broken).toEqual([]);
  });

  test("README.md's example shows a program and a picture in a notebook", () => {
    const example = /```ts\n(.*?)```/s.exec(read("README.md"))![1]!;
    const [outputs] = runCells([example]);
    expect(outputs!.map(({ output_type }) => output_type)).toEqual([
      "display_data",
      "execute_result",
    ]);
    const [program, picture] = outputs!;
    expect(program!.data["text/plain"]).toContain("ramp(");
    expect(Object.keys(picture!.data)).toContain("application/vnd.plotly.v1+json");
  }, 120_000);

  test.each(["docs/start.md", "docs/teaching.md"])(
    "%s's blocks are cells of a notebook, each of which runs",
    (document) => {
      const blocks = [...read(document).matchAll(/```ts\n(.*?)```/gs)].map(([, code]) => code!);
      const shown = runCells(blocks).map((outputs) => outputs.map((each) => each.output_type));
      expect(shown).toHaveLength(blocks.length);
      for (const types of shown) expect(types).toContain("execute_result");
    },
    120_000,
  );
});

interface Output {
  readonly output_type: string;
  readonly data: Readonly<Record<string, string>>;
}

/** What each cell of a notebook shows, run as Jupyter runs it; a cell that fails ends the test. */
function runCells(sources: readonly string[]): Output[][] {
  const folder = mkdtempSync(join(tmpdir(), "tvm-docs-"));
  const kernelspec = { name: "tvm-vta", display_name: "TypeScript (TVM/VTA)" };
  const cell = { cell_type: "code", execution_count: null, metadata: {}, outputs: [] };
  const notebook = {
    cells: sources.map((source, i) => ({ ...cell, id: `cell-${i}`, source })),
    metadata: { kernelspec },
    nbformat: 4,
    nbformat_minor: 5,
  };
  try {
    writeFileSync(join(folder, "a.ipynb"), JSON.stringify(notebook));
    const args = ["-m", "jupyter", "nbconvert", "--to=notebook", "--execute", "--stdout"];
    const printed = execFileSync(join(root, ".venv/bin/python"), [...args, "a.ipynb"], {
      cwd: folder,
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      stdio: ["ignore", "pipe", "ignore"],
    });
    const { cells } = JSON.parse(printed) as { cells: { outputs: Output[] }[] };
    return cells.map(({ outputs }) =>
      outputs.map((output) => ({
        ...output,
        data: Object.fromEntries(
          Object.entries(output.data ?? {}).map(([type, text]) => [type, [text].flat().join("")]),
        ),
      })),
    );
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
