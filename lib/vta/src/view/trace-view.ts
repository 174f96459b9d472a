/**
 * A trace as the instruction view and the buffer view draw it. Instructions are in the order in which
 * the program recorded them and are named by their place in it. Long traces repeat themselves, so
 * that what instructions do on chip is said once and referred to by number.
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

/** The lowest bit of a field, how many it has, and whether the highest is its sign. */
export interface FieldFact {
  readonly name: string;
  readonly bit: number;
  readonly bits: number;
  readonly signed: boolean;
  /** What the values 0, 1, 2 ... are called, where they are not quantities. */
  readonly names?: readonly string[];
}

/** The fields of the instructions of one opcode. */
export interface LayoutFact {
  readonly kind: string;
  readonly opcode: number;
  readonly fields: readonly FieldFact[];
}

/** What the program made of a memory; see `MemoryUse`. */
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
  /** How many instructions each run has. */
  readonly runs: readonly number[];
  /** Instructions that were executed and are not here, because there were too many. */
  readonly dropped: number;
  /** Four 32-bit words an instruction, the lowest first. */
  readonly words: view.PackedNumbers;
  /** A number an instruction: 0 load, 1 compute, 2 store. */
  readonly stages: view.PackedNumbers;
  /** A number an instruction: bytes that it moves from or to DRAM. */
  readonly traffic: view.PackedNumbers;
  /** A number an instruction: what it does on chip, as an index into `patternEnds`. */
  readonly patterns: view.PackedNumbers;
  /** Where in `accesses` a pattern ends; it begins where the one before ends. */
  readonly patternEnds: view.PackedNumbers;
  /** Four numbers an access: memory, what is done (0 read, 1 written, 2 padded), begin, end. */
  readonly accesses: view.PackedNumbers;
  /**
   * The numbers that instructions left in the elements that they wrote, instruction by instruction, in the order
   * of its written accesses, `valuesPerElement` for each element.
   */
  readonly values: view.PackedNumbers;
  /** A number an instruction: where in `values` its numbers end; they begin where those before end. */
  readonly valueEnds: view.PackedNumbers;
  /** By memory (`ON_CHIP`): how many numbers of an element are here; 0 for micro-ops. */
  readonly valuesPerElement: readonly number[];
  /**
   * Five numbers for elements that hold something: memory, begin, end, and the instructions that
   * wrote them and that read them last; the same number twice if none did.
   */
  readonly residencies: view.PackedNumbers;
  /** Two numbers an instruction, where cycles are known: when it began and ended, runs in turn. */
  readonly cycles?: view.PackedNumbers;
  /** What the stages did at every cycle, where cycles are known. */
  readonly timeline?: TimelineView;
  /** The lowered programs that ran, as text. */
  readonly sources: readonly string[];
  /** Statements of them: source, start and end in its text. */
  readonly statements: readonly number[];
  /** A number an instruction: the statement that recorded it, counted from 1; 0 if unknown. */
  readonly callers: view.PackedNumbers;
}

/** Of the fields whose values are not quantities. */
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

/** What an instruction moves; the first of what it reads is the instruction itself. */
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

/** Numbers of an element that a trace keeps. */
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
