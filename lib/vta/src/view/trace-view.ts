/**
 * A trace as the instruction view and the buffer view draw it. Instructions are in the order in which the
 * program recorded them, and are identified by their index. Long traces are repetitive, so equal patterns of
 * on-chip accesses are stored once and referenced by index.
 */

import { view, type runtime } from "tvm-ts";
import {
  ON_CHIP,
  STAGE_NAMES,
  timelineBefore,
  type ExecutionTrace,
  type MemoryUse,
  type OnChipAccess,
  type OnChipName,
  type TraceEntry,
} from "../accelerator";
import {
  ALU_OPCODE,
  encode,
  INSN_WORDS,
  InstructionSet,
  MEM_ID,
  OPCODE,
  type Field,
  type Hardware,
} from "../hardware";
import { timelineView, type TimelineView } from "./timeline-view";
import { statisticsView, type StatisticsView } from "./statistics-view";

/** A field's lowest bit, its width in bits, and whether it is signed. */
export interface FieldFact {
  readonly name: string;
  readonly bit: number;
  readonly bits: number;
  readonly signed: boolean;
  /** The names of the values 0, 1, 2 ... of fields that are not quantities. */
  readonly names?: readonly string[];
}

/** The fields of the instructions of one opcode. */
export interface LayoutFact {
  readonly kind: string;
  readonly opcode: number;
  readonly fields: readonly FieldFact[];
}

/** The program's use of a memory; see `MemoryUse`. */
export interface MemoryUseFact {
  readonly name: OnChipName;
  readonly depth: number;
  readonly elementBytes: number;
  readonly touched: number;
  readonly peak: number;
  readonly average: number;
  readonly unread: number;
}

export interface TraceView {
  readonly version: 1;
  readonly model: string;
  readonly statistics: StatisticsView;
  /** Multiply-adds of one GEMM micro-op. */
  readonly macsPerGemm: number;
  readonly memories: readonly MemoryUseFact[];
  readonly layouts: readonly LayoutFact[];
  /** The number of instructions of each run. */
  readonly runs: readonly number[];
  /** The number of executed instructions that are left out because there were too many. */
  readonly dropped: number;
  /** Four 32-bit words for each instruction, the lowest first. */
  readonly words: view.PackedNumbers;
  /** For each instruction: 0 load, 1 compute, 2 store. */
  readonly stages: view.PackedNumbers;
  /** For each instruction the bytes that it moves from or to DRAM. */
  readonly traffic: view.PackedNumbers;
  /** For each instruction its pattern of on-chip accesses, as an index into `patternEnds`. */
  readonly patterns: view.PackedNumbers;
  /** The end of each pattern in `accesses`; it begins at the end of the one before. */
  readonly patternEnds: view.PackedNumbers;
  /** Four numbers for each access: memory, kind (0 read, 1 written, 2 padded), begin, end. */
  readonly accesses: view.PackedNumbers;
  /**
   * The values of the elements that instructions wrote, by instruction, in the order of its written accesses,
   * `valuesPerElement` for each element.
   */
  readonly values: view.PackedNumbers;
  /** For each instruction the end of its numbers in `values`; they begin at the end of those before. */
  readonly valueEnds: view.PackedNumbers;
  /** By memory (`ON_CHIP`): how many values of an element are stored; 0 for micro-ops. */
  readonly valuesPerElement: readonly number[];
  /**
   * Five numbers for each range of elements with values: memory, begin, end, and the instructions that wrote
   * it and last read it; the writer twice if it was not read.
   */
  readonly residencies: view.PackedNumbers;
  /** Two numbers for each instruction, if cycles are known: its begin and end, runs one after another. */
  readonly cycles?: view.PackedNumbers;
  /** The stages' activity by cycle, if cycles are known. */
  readonly timeline?: TimelineView;
  /** The lowered programs that ran, as text. */
  readonly sources: readonly string[];
  /** Statements of the sources: source, start and end in its text. */
  readonly statements: readonly number[];
  /** For each instruction the statement that recorded it, counted from 1; 0 if unknown. */
  readonly callers: view.PackedNumbers;
}

/** The value names of fields that are not quantities. */
const VALUE_NAMES: Readonly<Record<string, readonly string[]>> = {
  memoryType: Object.keys(MEM_ID),
  aluOpcode: Object.keys(ALU_OPCODE),
};
const ACCESS = { read: 0, written: 1, padded: 2 } as const;

export function traceView(trace: ExecutionTrace): TraceView {
  const { env, stream } = trace;
  const isa = new InstructionSet(env);
  const uses = trace.memories;
  const runs = new Array<number>(trace.runs).fill(0);
  for (const { run } of stream) runs[run]!++;
  const numbers = new Map(stream.map((entry, i) => [entry, i]));
  return {
    version: 1,
    model: env.MODEL,
    statistics: statisticsView(trace.stats),
    macsPerGemm: env.BATCH * env.BLOCK_IN * env.BLOCK_OUT,
    memories: uses.map(memoryUseFact),
    layouts: layoutFacts(isa),
    runs,
    dropped: trace.dropped,
    words: view.packNumbers(words(isa, stream), "u4"),
    stages: view.packNumbers(
      stream.map(({ stage }) => STAGE_NAMES.indexOf(stage)),
      "u1",
    ),
    traffic: view.packNumbers(stream.map(dramBytes), "u4"),
    ...patternsOf(stream),
    ...valuesOf(trace.env, stream),
    residencies: view.packNumbers(residencies(uses, numbers), "u4"),
    ...timesOf(trace, stream),
    ...callersOf(stream),
  };
}

function memoryUseFact({ memory, residencies: _, ...use }: MemoryUse): MemoryUseFact {
  return { name: memory, ...use };
}

function layoutFacts(isa: InstructionSet): LayoutFact[] {
  const fact = ({ name, bit, bits, min }: Field): FieldFact => {
    const names = VALUE_NAMES[name];
    return { name, bit, bits, signed: min < 0, ...(names && { names }) };
  };
  return (["load", "store", "gemm", "alu", "finish"] as const).map((name) => {
    const kind = name.toUpperCase() as keyof typeof OPCODE;
    return { kind, opcode: OPCODE[kind], fields: Object.values<Field>(isa[name]).map(fact) };
  });
}

function words(isa: InstructionSet, stream: readonly TraceEntry[]): Uint32Array {
  const all = new Uint32Array(stream.length * INSN_WORDS);
  stream.forEach(({ instruction }, i) => encode(isa, instruction, all, i * INSN_WORDS));
  return all;
}

/** The bytes that an instruction moves; its first read is the instruction itself. */
function dramBytes({ dramReads, dramWrites }: TraceEntry): number {
  return [...dramReads.slice(1), ...dramWrites].reduce(
    (sum, { begin, end }) => sum + end - begin,
    0,
  );
}

function patternsOf(
  stream: readonly TraceEntry[],
): Pick<TraceView, "patterns" | "patternEnds" | "accesses"> {
  const patternIndex = new Map<string, number>();
  const accesses: number[] = [];
  const ends: number[] = [];
  const patterns = stream.map(({ sramReads, sramWrites, padding }) => {
    const pattern = [
      ...sramReads.flatMap((access) => accessNumbers(access, ACCESS.read)),
      ...sramWrites.flatMap((access) => accessNumbers(access, ACCESS.written)),
      ...padding.flatMap((access) => accessNumbers(access, ACCESS.padded)),
    ];
    const key = pattern.join();
    let number = patternIndex.get(key);
    if (number === undefined) {
      number = patternIndex.size;
      patternIndex.set(key, number);
      for (const value of pattern) accesses.push(value);
      ends.push(accesses.length / 4);
    }
    return number;
  });
  return {
    patterns: view.packNumbers(patterns, "u4"),
    patternEnds: view.packNumbers(ends, "u4"),
    accesses: view.packNumbers(accesses, "u4"),
  };
}

/** How many values of an element a trace stores. */
const VALUES_OF_ELEMENT = 16;

function valuesOf(
  { BATCH, BLOCK_IN, BLOCK_OUT }: Hardware,
  stream: readonly TraceEntry[],
): Pick<TraceView, "values" | "valueEnds" | "valuesPerElement"> {
  const lanes = {
    INP: BATCH * BLOCK_IN,
    WGT: BLOCK_OUT * BLOCK_IN,
    ACC: BATCH * BLOCK_OUT,
    UOP: 0,
  };
  const values: number[] = [];
  const ends = stream.map((entry) => {
    for (const element of entry.values ?? []) values.push(...element);
    return values.length;
  });
  return {
    values: view.packNumbers(values, "i4"),
    valueEnds: view.packNumbers(ends, "u4"),
    valuesPerElement: ON_CHIP.map((memory) => Math.min(VALUES_OF_ELEMENT, lanes[memory])),
  };
}

function accessNumbers({ memory, begin, end }: OnChipAccess, done: number): number[] {
  return [ON_CHIP.indexOf(memory), done, begin, end];
}

function residencies(
  uses: readonly MemoryUse[],
  numbers: ReadonlyMap<TraceEntry, number>,
): number[] {
  return uses.flatMap(({ memory, residencies: held }) =>
    held.flatMap(({ begin, end, writer, reader }) => [
      ON_CHIP.indexOf(memory),
      begin,
      end,
      numbers.get(writer)!,
      numbers.get(reader ?? writer)!,
    ]),
  );
}

function timesOf(
  trace: ExecutionTrace,
  stream: readonly TraceEntry[],
): Pick<TraceView, "cycles" | "timeline"> {
  if (stream.length === 0 || stream.some(({ cycles }) => cycles === undefined)) return {};
  const { timeline } = trace;
  const numbers = stream.flatMap(({ run, cycles }) => {
    const start = timeline?.starts[run] ?? 0;
    return [start + cycles!.begin, start + cycles!.end];
  });
  const cycles = view.packNumbers(numbers, "f8");
  if (timeline === undefined) return { cycles };
  const last = numbers.reduce((most, cycle) => Math.max(most, cycle), 0);
  const kept = trace.dropped > 0 ? timelineBefore(timeline, last) : timeline;
  const numberOf = new Map(stream.map(({ run, index }, i) => [`${run} ${index}`, i]));
  return {
    cycles,
    timeline: timelineView(kept, ({ run, index }) => numberOf.get(`${run} ${index}`)),
  };
}

function callersOf(
  stream: readonly TraceEntry[],
): Pick<TraceView, "sources" | "statements" | "callers"> {
  const sources = new Map<runtime.Caller["text"], number>();
  const statements = new Map<string, number>();
  const callers = stream.map(({ caller }) => {
    if (caller === undefined) return 0;
    const source = numberOf(sources, caller.text);
    return 1 + numberOf(statements, `${source} ${caller.start} ${caller.end}`);
  });
  return {
    sources: [...sources.keys()].map((text) => text()),
    statements: [...statements.keys()].flatMap((key) => key.split(" ").map(Number)),
    callers: view.packNumbers(callers, "u4"),
  };
}

function numberOf<Key>(numbers: Map<Key, number>, key: Key): number {
  let number = numbers.get(key);
  if (number === undefined) numbers.set(key, (number = numbers.size));
  return number;
}
