/** The schema of a trace's JSON, and the unpacked data. */

import * as v from "valibot";
import { packedNumbers, unpackNumbers } from "../packed/numbers";

const count = v.pipe(v.number(), v.integer(), v.minValue(0));

const field = v.pipe(
  v.object({
    name: v.string(),
    bit: count,
    bits: v.pipe(count, v.minValue(1), v.maxValue(32)),
    signed: v.boolean(),
    names: v.exactOptional(v.array(v.string())),
  }),
  v.check(({ bit, bits }) => bit + bits <= 128, "a field is outside the instruction"),
);

const memory = v.object({
  name: v.string(),
  depth: v.pipe(count, v.minValue(1)),
  elementBytes: count,
  touched: count,
  peak: count,
  average: v.number(),
  unread: count,
});

const timeline = v.object({
  cycles: count,
  causes: v.array(v.string()),
  spans: v.pipe(v.array(count), v.length(3)),
  spanCauses: packedNumbers("u1"),
  spanEnds: packedNumbers("u4", "f8"),
  fetchCauses: v.exactOptional(packedNumbers("u1")),
  fetchEnds: v.exactOptional(packedNumbers("u4", "f8")),
  reasons: v.array(v.string()),
  criticalPath: packedNumbers("u4"),
  criticalCycles: v.record(v.string(), v.number()),
});

const layout = v.object({
  version: v.literal(1),
  model: v.string(),
  statistics: v.object({
    counters: v.record(v.string(), v.number()),
    dramRead: v.number(),
    dramWritten: v.number(),
  }),
  macsPerGemm: count,
  memories: v.array(memory),
  layouts: v.array(v.object({ kind: v.string(), opcode: count, fields: v.array(field) })),
  runs: v.array(count),
  dropped: count,
  words: packedNumbers("u4"),
  stages: packedNumbers("u1"),
  traffic: packedNumbers("u4"),
  patterns: packedNumbers("u4"),
  patternEnds: packedNumbers("u4"),
  accesses: packedNumbers("u4"),
  residencies: packedNumbers("u4"),
  values: v.exactOptional(packedNumbers("i4")),
  valueEnds: v.exactOptional(packedNumbers("u4")),
  valuesPerElement: v.exactOptional(v.array(count)),
  cycles: v.exactOptional(packedNumbers("f8")),
  timeline: v.exactOptional(timeline),
  sources: v.array(v.string()),
  statements: v.array(count),
  callers: packedNumbers("u4"),
});

type Json = v.InferOutput<typeof layout>;

/** The library's `TraceView`, with arrays for the packed numbers. */
export type TraceData = ReturnType<typeof unpack>;
export type FieldFact = TraceData["layouts"][number]["fields"][number];
export type MemoryFact = TraceData["memories"][number];

/** The numbers of each access and of each residency. */
export const ACCESS_NUMBERS = 4;
export const RESIDENCY_NUMBERS = 5;

export const traceSchema = v.pipe(
  layout,
  v.check(bytesFit, "numbers are cut off"),
  v.transform(unpack),
  v.check(instructionsFit, "there are not as many numbers as instructions"),
  v.check(accessesFit, "an instruction uses memory that does not exist"),
  v.check(valuesFit, "values of elements are cut off"),
  v.check(residenciesFit, "a residency has elements that do not exist"),
  v.check(statementsFit, "a statement is outside its program"),
  v.check(timelineFits, "a stage's cycles have gaps"),
);

const BYTES = { u1: 1, u4: 4, i4: 4, f8: 8 } as const;

function bytesFit(json: Json): boolean {
  const { words, stages, traffic, patterns, patternEnds, accesses, residencies, callers } = json;
  const all = [words, stages, traffic, patterns, patternEnds, accesses, residencies, callers];
  const { spanCauses, spanEnds, criticalPath, fetchCauses, fetchEnds } = json.timeline ?? {};
  const timed = [json.cycles, json.values, json.valueEnds, spanCauses, spanEnds, criticalPath];
  const fetch = [fetchCauses, fetchEnds];
  const given = [...timed, ...fetch].filter((packed) => packed !== undefined);
  return [...all, ...given].every(({ dtype, bdata }) => {
    const padding = bdata.endsWith("==") ? 2 : bdata.endsWith("=") ? 1 : 0;
    return bdata.length % 4 === 0 && ((bdata.length / 4) * 3 - padding) % BYTES[dtype] === 0;
  });
}

function unpack(json: Json) {
  return {
    ...json,
    words: unpackNumbers(json.words),
    stages: unpackNumbers(json.stages),
    traffic: unpackNumbers(json.traffic),
    patterns: unpackNumbers(json.patterns),
    patternEnds: unpackNumbers(json.patternEnds),
    accesses: unpackNumbers(json.accesses),
    residencies: unpackNumbers(json.residencies),
    values: json.values && unpackNumbers(json.values),
    valueEnds: json.valueEnds && unpackNumbers(json.valueEnds),
    cycles: json.cycles && unpackNumbers(json.cycles),
    callers: unpackNumbers(json.callers),
    timeline: json.timeline && unpackTimeline(json.timeline),
  };
}

/** Fetch, if present, is the fourth lane of spans. */
function unpackTimeline(json: NonNullable<Json["timeline"]>) {
  const { fetchCauses, fetchEnds, ...rest } = json;
  const causes = unpackNumbers(json.spanCauses);
  const ends = unpackNumbers<"u4" | "f8">(json.spanEnds);
  const criticalPath = unpackNumbers(json.criticalPath);
  if (fetchCauses === undefined || fetchEnds === undefined) {
    return { ...rest, spanCauses: causes, spanEnds: ends, criticalPath };
  }
  const ownEnds = unpackNumbers<"u4" | "f8">(fetchEnds);
  return {
    ...rest,
    spans: [...json.spans, ownEnds.length],
    spanCauses: Uint8Array.from([...causes, ...unpackNumbers(fetchCauses)]),
    spanEnds: Float64Array.from([...ends, ...ownEnds]),
    criticalPath,
  };
}

function instructionsFit(data: TraceData): boolean {
  const { stages, words, traffic, patterns, callers, cycles, runs } = data;
  const n = stages.length;
  return (
    words.length === 4 * n &&
    [traffic, patterns, callers].every(({ length }) => length === n) &&
    stages.every((stage) => stage < 3) &&
    runs.reduce((sum, length) => sum + length, 0) === n &&
    (cycles === undefined ||
      (cycles.length === 2 * n &&
        stages.every((_, i) => cycles[2 * i]! >= 0 && cycles[2 * i]! <= cycles[2 * i + 1]!) &&
        cycles.every(Number.isFinite)))
  );
}

function accessesFit({ patterns, patternEnds, accesses, memories }: TraceData): boolean {
  if (accesses.length % ACCESS_NUMBERS !== 0) return false;
  for (let i = 0; i < accesses.length; i += ACCESS_NUMBERS) {
    const [memory, done, begin, end] = accesses.subarray(i, i + ACCESS_NUMBERS);
    if (!isExtent(memories[memory!], begin!, end!) || done! > 2) return false;
  }
  const last = accesses.length / ACCESS_NUMBERS;
  return (
    patternEnds.every((end, i) => end <= last && end >= (patternEnds[i - 1] ?? 0)) &&
    patterns.every((pattern) => pattern < patternEnds.length)
  );
}

/** The ends of values must be ascending and present for each instruction and memory. */
function valuesFit({
  values,
  valueEnds,
  valuesPerElement,
  patterns,
  memories,
}: TraceData): boolean {
  if (values === undefined || valueEnds === undefined || valuesPerElement === undefined) {
    return values === valueEnds && valueEnds === valuesPerElement;
  }
  return (
    valueEnds.length === patterns.length &&
    valuesPerElement.length === memories.length &&
    valueEnds.every((end, i) => end <= values.length && end >= (valueEnds[i - 1] ?? 0))
  );
}

/** An instruction's writes, in the order of its values. */
export function writesOf(
  { patterns, patternEnds, accesses }: TraceData,
  instruction: number,
): { readonly memory: number; readonly begin: number; readonly end: number }[] {
  const pattern = patterns[instruction]!;
  const writes = [];
  for (let i = patternEnds[pattern - 1] ?? 0; i < patternEnds[pattern]!; i++) {
    const [memory, done, begin, end] = accesses.subarray(
      ACCESS_NUMBERS * i,
      ACCESS_NUMBERS * (i + 1),
    );
    if (done === 1) writes.push({ memory: memory!, begin: begin!, end: end! });
  }
  return writes;
}

function residenciesFit({ residencies, memories, stages }: TraceData): boolean {
  if (residencies.length % RESIDENCY_NUMBERS !== 0) return false;
  for (let i = 0; i < residencies.length; i += RESIDENCY_NUMBERS) {
    const [memory, begin, end, writer, reader] = residencies.subarray(i, i + RESIDENCY_NUMBERS);
    if (!isExtent(memories[memory!], begin!, end!)) return false;
    if (writer! >= stages.length || reader! >= stages.length) return false;
  }
  return true;
}

function isExtent(memory: MemoryFact | undefined, begin: number, end: number): boolean {
  return memory !== undefined && begin < end && end <= memory.depth;
}

function statementsFit({ statements, sources, callers }: TraceData): boolean {
  if (statements.length % 3 !== 0) return false;
  for (let i = 0; i < statements.length; i += 3) {
    const [source, start, end] = statements.slice(i, i + 3);
    if (start! >= end! || !(end! <= (sources[source!]?.length ?? 0))) return false;
  }
  return callers.every((caller) => caller <= statements.length / 3);
}

/** The ends of each stage's spans must be ascending, the last at the end of the timeline. */
function timelineFits({ timeline: data, stages, cycles }: TraceData): boolean {
  if (data === undefined) return true;
  const { spans, spanCauses, spanEnds, causes, reasons, criticalPath } = data;
  if (cycles === undefined || spanEnds.length !== spanCauses.length) return false;
  if (spans.reduce((sum, length) => sum + length, 0) !== spanEnds.length) return false;
  if (!spanCauses.every((cause) => cause < causes.length)) return false;
  let first = 0;
  for (const length of spans) {
    let at = 0;
    for (let i = first; i < first + length; i++) {
      if (!(spanEnds[i]! > at)) return false;
      at = spanEnds[i]!;
    }
    if (at !== data.cycles) return false;
    first += length;
  }
  return (
    criticalPath.length % 2 === 0 &&
    criticalPath.every((value, i) => value < (i % 2 === 0 ? stages.length : reasons.length))
  );
}
