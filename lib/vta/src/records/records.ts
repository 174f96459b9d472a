/**
 * Tuning records in AutoTVM's format 0.2: one JSON object a line, `#` begins a comment.
 *
 *     {"input": [target, task, args, kwargs],
 *      "config": {"index": 5, "code_hash": null, "entity": [["tile_h", "sp", [-1, 7]], ...]},
 *      "result": [[seconds], error_no, seconds_for_all, unix_time], "version": 0.2, "tvm_version": "0.10.0"}
 *
 * Values without a field in AutoTVM (the trial's number, cycles and other measures) are in a comment above
 * the record, so that other readers see a plain record.
 */

import { UsageError } from "tvm-ts";
import * as v from "valibot";
import type { Entity, TemplateArguments } from "./entity";

/** AutoTVM's `MeasureErrorNo`. */
export const ERROR = {
  none: 0,
  instantiation: 1,
  compileHost: 2,
  compileDevice: 3,
  runtime: 4,
  wrongAnswer: 5,
  buildTimeout: 6,
  runTimeout: 7,
  unknown: 8,
} as const;

/** The recorded cost of a failed trial, in seconds. */
export const FAILED_COST = 1e9;

/** The measures of a trial by name: `cycles`, `bytes`, `sram`, `instructions`, or user-defined ones. */
export type Measures = Readonly<Record<string, number>>;

/** The contents of our comment above a record. */
export interface TrialNote {
  /** The trial's number in its study, from 0. */
  readonly trial: number;
  readonly measures: Measures;
  /** Why the trial failed. */
  readonly error?: string;
}

export interface TuningRecord {
  /** `ext_dev -keys=vta,cpu -device=vta -model=...`. */
  readonly target: string;
  readonly task: string;
  readonly args: TemplateArguments;
  readonly index: number;
  readonly entity: Entity;
  /** Seconds of each run; `[1e9]` for a failure. */
  readonly costs: readonly number[];
  /** One of `ERROR`. */
  readonly errorNo: number;
  /** Seconds that the whole trial took. */
  readonly allCost: number;
  /** Seconds since 1970. */
  readonly timestamp: number;
  readonly tvmVersion: string;
  readonly note?: TrialNote;
}

const NOTE_PREFIX = "# vta-ts ";
/** The version of TVM in our records, whose format and templates they follow. */
export const TVM_VERSION = "0.10.0";

const entry = v.union([
  v.tuple([v.string(), v.picklist(["sp"]), v.array(v.number())]),
  v.tuple([
    v.string(),
    v.picklist(["ot", "re", "an"]),
    v.union([v.number(), v.string(), v.boolean(), v.array(v.number()), v.array(v.string())]),
  ]),
]);

const recordSchema = v.object({
  input: v.tuple([v.string(), v.string(), v.array(v.any()), v.any()]),
  config: v.object({ index: v.number(), code_hash: v.any(), entity: v.array(entry) }),
  result: v.tuple([v.array(v.number()), v.number(), v.number(), v.number()]),
  version: v.number(),
  tvm_version: v.optional(v.string(), ""),
});

const noteSchema = v.object({
  trial: v.number(),
  measures: v.record(v.string(), v.number()),
  error: v.optional(v.string()),
});

/** A record, with its note above it, as the text that is appended to a file. */
export function formatRecord(record: TuningRecord): string {
  const line = JSON.stringify({
    input: [record.target, record.task, record.args, {}],
    config: { index: record.index, code_hash: null, entity: record.entity },
    result: [record.costs, record.errorNo, record.allCost, record.timestamp],
    version: 0.2,
    tvm_version: record.tvmVersion,
  });
  const note = record.note === undefined ? "" : `${NOTE_PREFIX}${JSON.stringify(record.note)}\n`;
  return `${note}${line}\n`;
}

export interface ParsedRecords {
  readonly records: readonly TuningRecord[];
  /** Lines that are not records, with their number, from 1, and what is wrong. */
  readonly problems: readonly { readonly line: number; readonly text: string }[];
}

/**
 * The records in a text. Comments and records of version 0.1 are skipped, as by AutoTVM; an invalid line,
 * such as the last one of a killed program, is returned as a problem and is not an error.
 */
export function parseRecords(text: string): ParsedRecords {
  const records: TuningRecord[] = [];
  const problems: { line: number; text: string }[] = [];
  let note: TrialNote | undefined;
  text.split("\n").forEach((raw, i) => {
    const line = raw.trim();
    try {
      if (line.startsWith(NOTE_PREFIX)) {
        note = parse(noteSchema, line.slice(NOTE_PREFIX.length)) as TrialNote;
      } else if (line !== "" && !line.startsWith("#")) {
        const record = readRecord(line);
        if (record !== undefined) records.push(note === undefined ? record : { ...record, note });
        note = undefined;
      }
    } catch (error) {
      if (!(error instanceof UsageError)) throw error;
      problems.push({ line: i + 1, text: error.message });
      note = undefined;
    }
  });
  return { records, problems };
}

function readRecord(line: string): TuningRecord | undefined {
  const { input, config, result, version, tvm_version: tvmVersion } = parse(recordSchema, line);
  if (version < 0.2) return undefined;
  const [target, task, args] = input;
  const [costs, errorNo, allCost, timestamp] = result;
  const { index, entity } = config;
  return {
    ...{ target, task, args: args as TemplateArguments, index, entity: entity as Entity },
    ...{ costs, errorNo, allCost, timestamp, tvmVersion },
  };
}

function parse<S extends v.GenericSchema>(schema: S, text: string): v.InferOutput<S> {
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw new UsageError("vta-records", `this is not a line of JSON: ${text.slice(0, 80)}`);
  }
  const result = v.safeParse(schema, value);
  if (result.success) return result.output;
  const [issue] = result.issues;
  throw new UsageError("vta-records", `${v.getDotPath(issue) ?? "the line"}: ${issue.message}`);
}

/** The mean of the runs, in seconds; infinite for a failure. */
export function meanCost({ costs, errorNo }: TuningRecord): number {
  if (errorNo !== ERROR.none || costs.length === 0) return Infinity;
  return costs.reduce((a, b) => a + b, 0) / costs.length;
}

/** Whether two records have the same workload: the same task with the same arguments. */
export function sameWorkload(
  a: Pick<TuningRecord, "task" | "args">,
  b: Pick<TuningRecord, "task" | "args">,
): boolean {
  return a.task === b.task && JSON.stringify(a.args) === JSON.stringify(b.args);
}

/** The part of a target that names the accelerator: `-model=sim_1x16_i8w8a32_15_15_18_17`. */
export function modelOf(target: string): string | undefined {
  return /(?:^|\s)-model=(\S+)/.exec(target)?.[1];
}
