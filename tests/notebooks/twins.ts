/**
 * Broken twins of tutorials: copies in which one line of a schedule is changed. The checks of a tutorial
 * are effective if they fail for its twins. A twin that no check can distinguish from the tutorial is listed
in `equivalent-twins.json`, with the reason.
 */

import { spawn } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { python } from "../support/jupyter-env";
import { goldenListings } from "./listings";
import { cellsOf, joined, kernelEnvironment } from "./notebook";

export interface Twin {
  /** Path below `notebooks/`. */
  readonly notebook: string;
  /** The first line of the changed statement, without its indentation. */
  readonly line: string;
  /** The change of the statement. */
  readonly change: string;
  /** Which of several equal lines it is, from 0. */
  readonly occurrence: number;
  /** The code cell, from 0, and its source with the change. */
  readonly cell: number;
  readonly source: string;
}

export interface EquivalentTwin extends Pick<Twin, "notebook" | "line" | "change" | "occurrence"> {
  readonly reason: string;
}

/** The tutorials that twins are made of. */
export const TWIN_NOTEBOOKS: readonly string[] = [
  ...["vta_get_started", "matrix_multiply", "matrix_multiply_opt", "convolution_opt"],
  ...["alu_operators", "timeline"],
].map((name) => `tutorials/${name}.ipynb`);

export const equivalentTwins = JSON.parse(
  readFileSync(new URL("equivalent-twins.json", import.meta.url), "utf8"),
) as readonly EquivalentTwin[];

/** Whether two entries describe the same twin. */
export function isSameTwin(
  a: Omit<EquivalentTwin, "reason">,
  b: Omit<EquivalentTwin, "reason">,
): boolean {
  return (["notebook", "line", "change", "occurrence"] as const).every((key) => a[key] === b[key]);
}

/** A statement that applies a primitive to a stage of a schedule. */
const PRIMITIVE =
  /\bs\[\w+\]\s*\.(split|reorder|computeAt|setScope|pragma|tensorize|bind|fuse|tile)\(/;

const OTHER_SCOPE: Readonly<Record<string, string>> = {
  accScope: "inpScope",
  inpScope: "wgtScope",
  wgtScope: "accScope",
};

/** Changes of a statement, by name; undefined where one does not apply. */
const CHANGES: Readonly<Record<string, (statement: string) => string | undefined>> = {
  "left out": (text) => (/^\s*(const|let)\b/.test(text) ? undefined : ""),
  "another memory": (text) =>
    changed(text, /env\.(acc|inp|wgt)Scope/, (scope) => `env.${OTHER_SCOPE[scope.slice(4)]!}`),
  "another pragma": (text) =>
    changed(text, /env\.(dmaCopy|alu)/, (key) => (key === "env.alu" ? "env.dmaCopy" : "env.alu")),
  "another factor": (text) =>
    changed(text, /(factor|nparts): [\w.]+/, (factor) => factor.replace(/: (.*)/, ": 2 * $1")),
  "two loops exchanged": (text) =>
    changed(text, /\.reorder\(\s*([\w.[\]]+),\s*([\w.[\]]+)/, (call) =>
      call.replace(/([\w.[\]]+),(\s*)([\w.[\]]+)$/, "$3,$2$1"),
    ),
};

function changed(
  text: string,
  pattern: RegExp,
  replace: (match: string) => string,
): string | undefined {
  return pattern.test(text) ? text.replace(pattern, replace) : undefined;
}

/** All twins of a notebook, in the order of its lines. */
export function twinsOf(notebook: string): Twin[] {
  const seen = new Map<string, number>();
  return codeOf(notebook).flatMap((source, cell) =>
    statementsOf(source).flatMap(({ begin, end }) => {
      const statement = source.slice(begin, end);
      const line = statement.trim().split("\n")[0]!;
      return Object.entries(CHANGES).flatMap(([change, apply]) => {
        const text = apply(statement);
        if (text === undefined) return [];
        const key = `${change}: ${line}`;
        const occurrence = seen.get(key) ?? 0;
        seen.set(key, occurrence + 1);
        const twin = source.slice(0, begin) + text + source.slice(end);
        return [{ notebook, line, change, occurrence, cell, source: twin }];
      });
    }),
  );
}

function codeOf(notebook: string): string[] {
  return cellsOf(notebook)
    .filter(({ cell_type }) => cell_type === "code")
    .map(({ source }) => joined(source));
}

/** The places of statements with a primitive: whole lines, up to the line whose brackets are closed. */
function statementsOf(source: string): { begin: number; end: number }[] {
  const found: { begin: number; end: number }[] = [];
  let begin = 0;
  let text = "";
  for (const line of source.split("\n")) {
    text += `${line}\n`;
    const open = text.replace(/[^([{]/g, "").length - text.replace(/[^)\]}]/g, "").length;
    const isBlock = /\)\s*\{\s*$/.test(line);
    if (open > 0 && !isBlock) continue;
    const end = begin + text.length;
    if (PRIMITIVE.test(text) && !isBlock) found.push({ begin, end: Math.min(end, source.length) });
    begin = end;
    text = "";
  }
  return found;
}

/**
 * Runs twins of one notebook, in order, and yields for each why it fails; null for a twin that passes all
checks.
 * @throws Error when the process that runs them ends before the last of them.
 */
export async function* runTwins(
  notebook: string,
  twins: readonly Twin[],
): AsyncGenerator<string | null> {
  const folder = mkdtempSync(join(tmpdir(), "tvm-vta-twins-"));
  try {
    const file = join(folder, "job.json");
    const listings = goldenListings(basename(notebook, ".ipynb")) ?? null;
    writeFileSync(file, JSON.stringify({ cells: codeOf(notebook), listings, twins }));
    const script = fileURLToPath(new URL("twins.py", import.meta.url));
    const runner = spawn(python, [script, file], {
      env: kernelEnvironment(),
      stdio: ["ignore", "pipe", "inherit"],
    });
    let count = 0;
    for await (const line of createInterface({ input: runner.stdout })) {
      count++;
      yield JSON.parse(line) as string | null;
    }
    if (count < twins.length) throw new Error(`only ${count} of ${twins.length} twins were run`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
