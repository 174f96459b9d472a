/**
 * Finds the golden entries in folders. The fields of a JSON object say which sort of entry it is, not
 * its file's name or folder; what no sort recognizes is listed instead.
 */

import { existsSync, readdirSync, readFileSync, statSync } from "node:fs";
import { basename, dirname, extname, join } from "node:path";
import { gunzipSync } from "node:zlib";
import type { ProgramJson } from "../support/golden-program";

/** The results of a run of the reference. */
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

/** An entry that must be refused: a program, or an operator with knobs that do not fit. */
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

/** A run of the hardware, by module: head, start and end of each instruction. */
export interface RecordedRun {
  readonly cycles?: number;
  readonly load?: readonly (readonly number[])[];
  readonly compute?: readonly (readonly number[])[];
  readonly store?: readonly (readonly number[])[];
  readonly same_memory?: boolean;
  /** The reason why the other fields are missing. */
  readonly rtl?: string;
}

/** A recording of the hardware, of a stream of instructions or of a program by its name. */
export type CyclesEntry = {
  readonly sort: "cycles";
  readonly name: string;
  readonly path: string;
} & (
  | ({ readonly stream: string; readonly address: number; readonly uops?: string } & RecordedRun)
  | { readonly runs: readonly RecordedRun[] }
);

export interface RecordedValue {
  readonly dtype: string;
  readonly shape: readonly number[];
  readonly sha256: string;
  readonly head: readonly number[];
  readonly values?: readonly number[];
}

/** A whole network: `NAME.onnx` is beside its JSON, and for some the graph executor's files. */
export interface NetworkEntry {
  readonly sort: "network";
  readonly name: string;
  /** The name of the files, without their endings. */
  readonly path: string;
  readonly golden: {
    readonly input: {
      readonly shape: readonly number[];
      readonly fill: readonly [number, number, number];
      readonly times: number;
    };
    readonly qconfig: {
      readonly global_scale: number;
      readonly skip_conv_layers: readonly number[];
    };
    readonly float: RecordedValue;
    readonly quantized: string;
    readonly constants: readonly RecordedValue[];
    readonly int8: RecordedValue;
    readonly steps: readonly (RecordedValue & { readonly op: string })[];
    readonly packed: string;
    readonly vta: {
      readonly stats: Readonly<Record<string, number>>;
      readonly functions: readonly string[];
    };
  };
}

export type Entry =
  | ProgramEntry
  | RejectEntry
  | PipelineEntry
  | OperatorEntry
  | ArithEntry
  | CyclesEntry
  | NetworkEntry;

export interface Corpus {
  /** Ordered by path. */
  readonly entries: readonly Entry[];
  readonly unknown: readonly Unknown[];
}

/** A file, or a line of one, that is not a golden entry. */
export interface Unknown {
  readonly path: string;
  readonly reason: string;
}

/** Everything that was read below `folders` (folders or files). */
export function readCorpus(folders: readonly string[]): Corpus {
  const entries: Entry[] = [];
  const unknown: Unknown[] = [];
  for (const path of folders.flatMap(files)) {
    for (const read of readFile(path)) {
      if (typeof read === "string") unknown.push({ path, reason: read });
      else if ("sort" in read) entries.push(read);
    }
  }
  return { entries, unknown };
}

function files(path: string): string[] {
  if (!statSync(path).isDirectory()) return [path];
  return readdirSync(path)
    .sort()
    .flatMap((name) => files(join(path, name)));
}

type Json = Readonly<Record<string, unknown>>;

/** An object of a file: its fields, the name of the entry that it may be, and its file. */
interface Found {
  readonly path: string;
  readonly name: string;
  readonly json: Json;
}

/** An entry; the reason why it is not one; or `PART`, the part of an entry that another object begins. */
type Read = Entry | string | typeof PART;
const PART = {} as const;

interface Recognizer {
  /** The fields by which an object is recognized. */
  readonly fields: readonly string[];
  readonly read: (found: Found) => Read;
}

/** An object is read by the first row whose fields it has. */
const RECOGNIZERS: readonly Recognizer[] = [
  { fields: ["reject", "operator", "workload", "knobs"], read: readReject },
  { fields: ["reject", "decls", "schedule", "args"], read: readReject },
  { fields: ["operator", "workload", "knobs", "lower", "run"], read: readOperator },
  { fields: ["decls", "schedule", "args"], read: readProgram },
  { fields: ["program", "expected"], read: readFamilyMember },
  { fields: ["program", "passes", "final", "lower"], read: readPipeline },
  { fields: ["expr", "dom", "simplify"], read: readArith },
  { fields: ["name", "stream", "address"], read: readCycles },
  { fields: ["name", "runs"], read: readCycles },
  { fields: ["quantized", "packed", "steps", "vta"], read: readNetwork },
];

function readFile(path: string): Read[] {
  const name = basename(path).replace(/\.(pipeline\.)?jsonl?(\.gz)?$/, "");
  if (/\.jsonl(\.gz)?$/.test(path)) {
    const bytes = readFileSync(path);
    return (path.endsWith(".gz") ? gunzipSync(bytes) : bytes)
      .toString("utf8")
      .split("\n")
      .flatMap((text, i) => (text === "" ? [] : [readObject(path, `${name}:${i + 1}`, text)]));
  }
  if (isPartOfNetwork(path)) return [PART];
  if (!path.endsWith(".json")) return [`a ${extname(path) || "file without an ending"}, not JSON`];
  if (path.endsWith(EXPECTED) && existsSync(programOf(path))) return [PART];
  return [readObject(path, name, readFileSync(path, "utf8"))];
}

function readObject(path: string, name: string, text: string): Read {
  const json = parse(text);
  if (json === undefined) return "not a JSON object";
  const recognizer = RECOGNIZERS.find(({ fields }) => fields.every((field) => field in json));
  if (recognizer === undefined) return `fields ${Object.keys(json).join(", ")}`;
  return recognizer.read({ path, name, json });
}

function parse(text: string): Json | undefined {
  try {
    const json: unknown = JSON.parse(text);
    return typeof json === "object" && json !== null && !Array.isArray(json)
      ? (json as Json)
      : undefined;
  } catch {
    return undefined;
  }
}

function readReject({ name, json }: Found): Read {
  const refused = "operator" in json ? { sort: "operator", inputs: {}, ...json } : json;
  return { sort: "reject", name, refused: refused as unknown as RejectEntry["refused"] };
}

function readOperator({ json }: Found): Read {
  return { sort: "operator", inputs: {}, ...json } as unknown as OperatorEntry;
}

function readArith({ name, json }: Found): Read {
  return { sort: "arith", name, line: json };
}

function readCycles({ path, json }: Found): Read {
  return { sort: "cycles", path, ...json } as unknown as CyclesEntry;
}

/** A network's JSON, and the files that belong to it. */
const NETWORK_PARTS = /\.(onnx|params|graph\.json)$/;

function isPartOfNetwork(path: string): boolean {
  return NETWORK_PARTS.test(path) && existsSync(path.replace(NETWORK_PARTS, ".json"));
}

function readNetwork({ path, name, json }: Found): Read {
  const base = path.replace(/\.json$/, "");
  if (!existsSync(`${base}.onnx`)) return `a network without ${name}.onnx`;
  return { sort: "network", name, path: base, golden: json as NetworkEntry["golden"] };
}

const EXPECTED = ".expect.json";

function programOf(expectedPath: string): string {
  return `${expectedPath.slice(0, -EXPECTED.length)}.json`;
}

/** The expected results of a program are in a file beside it. */
function readProgram({ path, name, json }: Found): Read {
  const expectedPath = join(dirname(path), `${name}${EXPECTED}`);
  if (!existsSync(expectedPath)) return `a program without ${basename(expectedPath)}`;
  const expected = parse(readFileSync(expectedPath, "utf8")) as Expected | undefined;
  if (expected === undefined)
    return `a program whose ${basename(expectedPath)} is not a JSON object`;
  return { sort: "program", name, program: json as unknown as ProgramJson, expected };
}

/** A line of a family of random programs: `{"name", "program", "expected"}`. */
function readFamilyMember({ json }: Found): Read {
  return { sort: "program", ...json } as unknown as ProgramEntry;
}

/** A pipeline names its program, which is beside it or in a neighbouring folder of programs. */
function readPipeline({ path, name, json }: Found): Read {
  const { program, lower, passes, final } = json as {
    program: string | ProgramJson;
    lower: PipelineEntry["flavour"];
    passes: PipelineEntry["passes"];
    final: string;
  };
  const found = typeof program === "string" ? findProgram(dirname(path), program) : program;
  if (found === undefined)
    return `a pipeline of the program ${String(program)}, which was not found`;
  return { sort: "pipeline", name, program: found, flavour: lower, passes, final };
}

function findProgram(folder: string, name: string): ProgramJson | undefined {
  const folders = [".", "../programs", "../fuzz"].map((near) => join(folder, near));
  return findDescription(folders, name) as unknown as ProgramJson | undefined;
}

/** The JSON of a program or operator, from a file of its name or from a family's line. */
export function findDescription(folders: readonly string[], name: string): Json | undefined {
  for (const folder of folders) {
    const path = join(folder, `${name}.json`);
    if (existsSync(path)) return parse(readFileSync(path, "utf8"));
    const member = family(folder).get(name);
    if (member !== undefined) return parse(member)!["program"] as Json;
  }
  return undefined;
}

const families = new Map<string, ReadonlyMap<string, string>>();

/** The lines of a folder's families of programs, by the programs' names. */
function family(folder: string): ReadonlyMap<string, string> {
  let lines = families.get(folder);
  if (lines === undefined) {
    const paths = existsSync(folder)
      ? readdirSync(folder).filter((path) => /\.jsonl$/.test(path))
      : [];
    const texts = paths.flatMap((path) => readFileSync(join(folder, path), "utf8").split("\n"));
    const named = texts.map(
      (text) => [/^\{"name":"([^"]*)","program":/.exec(text)?.[1], text] as const,
    );
    lines = new Map(named.filter((line): line is [string, string] => line[0] !== undefined));
    families.set(folder, lines);
  }
  return lines;
}
