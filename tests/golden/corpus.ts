/**
 * Finds the golden entries in folders: programs, rejects, pipelines, operators and arith lines, told
 * apart by what they hold, so that any folder laid out like the reference's will do.
 */

import { readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import type { ProgramJson } from "../support/golden-program";

/** What a run of the reference gave. */
export interface ExpectedRun {
  readonly stats?: Readonly<Record<string, number>>;
  readonly outputs: Readonly<
    Record<string, { dtype: string; shape: number[]; sha256: string; head: number[] }>
  >;
  readonly dump?: string;
}

export interface Expected {
  readonly lower?: Readonly<Record<string, string>>;
  readonly script?: Readonly<Record<string, string>>;
  readonly run?: ExpectedRun;
}

export interface ProgramEntry {
  readonly sort: "program";
  readonly name: string;
  readonly program: ProgramJson;
  readonly expected: Expected;
}

/** What must be refused: a program, or an operator with knobs that do not fit. */
export interface RejectEntry {
  readonly sort: "reject";
  readonly name: string;
  readonly refused: ProgramJson | OperatorEntry;
}

export interface PipelineEntry {
  readonly sort: "pipeline";
  readonly name: string;
  readonly program: ProgramJson;
  readonly flavour: "tvm" | "vta";
  /** Name, nesting depth and text of each pass; `null` where it changed nothing. */
  readonly passes: readonly (readonly [string, number, string | null])[];
  readonly final: string;
}

export interface OperatorEntry {
  readonly sort: "operator";
  readonly name: string;
  readonly operator: string;
  readonly workload: Readonly<Record<string, number>>;
  readonly knobs: Readonly<Record<string, number | readonly number[]>>;
  readonly inputs: Readonly<Record<string, readonly [number, number, number]>>;
  readonly config?: Readonly<Record<string, unknown>>;
  readonly lower: string;
  readonly run: ExpectedRun;
}

export interface ArithEntry {
  readonly sort: "arith";
  readonly name: string;
  readonly line: Readonly<Record<string, unknown>>;
}

export type Entry = ProgramEntry | RejectEntry | PipelineEntry | OperatorEntry | ArithEntry;

/** All entries below `folders`, in the order of their paths. */
export function readCorpus(folders: readonly string[]): Entry[] {
  return folders.flatMap((folder) => files(folder)).flatMap((path) => readEntries(path));
}

function files(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => files(join(path, name)));
}

function readJson<T>(path: string): T {
  return JSON.parse(readFileSync(path, "utf8")) as T;
}

function readEntries(path: string): Entry[] {
  const name = basename(path).replace(/\.(pipeline\.)?jsonl?$/, "");
  if (path.endsWith(".jsonl")) {
    const lines = readFileSync(path, "utf8").split("\n");
    return lines.flatMap((text, i) =>
      text === ""
        ? []
        : [
            {
              sort: "arith",
              name: `${name}:${i + 1}`,
              line: JSON.parse(text) as ArithEntry["line"],
            },
          ],
    );
  }
  if (!path.endsWith(".json") || path.endsWith(".expect.json")) return [];
  const json = readJson<Record<string, unknown>>(path);
  if (path.endsWith(".pipeline.json")) return [pipelineEntry(path, name, json)];
  const program = json as unknown as ProgramJson;
  const operator = { sort: "operator", inputs: {}, ...json } as unknown as OperatorEntry;
  const isOperator = "operator" in json;
  if (json["reject"] === true) {
    return [{ sort: "reject", name, refused: isOperator ? operator : program }];
  }
  if (isOperator) return [operator];
  const expected = readJson<Expected>(path.replace(/\.json$/, ".expect.json"));
  return [{ sort: "program", name, program, expected }];
}

/** A pipeline names its program, which lies beside it or in the folder `programs` next door. */
function pipelineEntry(path: string, name: string, json: Record<string, unknown>): PipelineEntry {
  const { program, lower, passes, final } = json as {
    program: string | ProgramJson;
    lower: PipelineEntry["flavour"];
    passes: PipelineEntry["passes"];
    final: string;
  };
  const load = (wanted: string): ProgramJson => {
    const here = dirname(path);
    const places = [here, join(here, "../programs"), join(here, "../fuzz")];
    for (const place of places) {
      try {
        return readJson<ProgramJson>(join(place, `${wanted}.json`));
      } catch {
        continue;
      }
    }
    throw new Error(
      `${path} wants the program ${wanted}, which is in none of ${places.join(", ")}`,
    );
  };
  return {
    sort: "pipeline",
    name,
    program: typeof program === "string" ? load(program) : program,
    flavour: lower,
    passes,
    final,
  };
}
