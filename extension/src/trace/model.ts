/** The model of a trace's views: instructions by number, decoded on first use. */

import { ACCESS_NUMBERS, type FieldFact, type MemoryFact, type TraceData } from "./data";
import { MemoryModel } from "./memory-model";
import { TimelineModel } from "./timeline";
import { timesOf, type Times } from "./times";
import { tokensOf, type Token } from "./tokens";

export interface DecodedField {
  readonly name: string;
  readonly value: number;
  /** The value's name, or else the value. */
  readonly text: string;
}

export interface Access {
  readonly memory: MemoryFact;
  readonly done: "read" | "written" | "padded";
  readonly begin: number;
  /** Not included. */
  readonly end: number;
}

/** `sources[source].slice(start, end)` */
export interface Statement {
  readonly source: number;
  readonly start: number;
  readonly end: number;
}

const ACCESS_KINDS = ["read", "written", "padded"] as const;
/** All instructions have them. */
const TOKEN_FIELDS = new Set(["opcode", "popPrev", "popNext", "pushPrev", "pushNext"]);

export class TraceModel {
  readonly tokens: readonly Token[];
  readonly memories: readonly MemoryModel[];
  readonly times: Times;
  /** Present if the trace has cycles with their causes. */
  readonly timeline: TimelineModel | undefined;
  private readonly layouts: ReadonlyMap<number, TraceData["layouts"][number]>;
  private readonly byStatement = new Map<number, number[]>();
  private readonly byInstruction = new Map<number, Token[]>();

  constructor(readonly data: TraceData) {
    this.layouts = new Map(data.layouts.map((layout) => [layout.opcode, layout]));
    this.times = timesOf(data);
    this.timeline = data.timeline && new TimelineModel(data.timeline);
    this.memories = data.memories.map((_, i) => new MemoryModel(data, this.times, i));
    data.callers.forEach((caller, i) => {
      if (caller > 0) addTo(this.byStatement, caller - 1, i);
    });
    this.tokens = tokensOf(data);
    for (const token of this.tokens) {
      for (const end of [token.pushed, token.popped]) {
        if (end !== undefined) addTo(this.byInstruction, end, token);
      }
    }
  }

  /** The number of instructions. */
  get size(): number {
    return this.data.stages.length;
  }

  /** The end of the last instruction. */
  get duration(): number {
    return this.times.ends.reduce((last, end) => Math.max(last, end), this.timeline?.cycles ?? 0);
  }

  get hasCycles(): boolean {
    return this.data.cycles !== undefined;
  }

  stage(index: number): number {
    return this.data.stages[index]!;
  }

  /** `LOAD INP`, `ALU ADD`, `GEMM` */
  title(index: number): string {
    const layout = this.layoutOf(index);
    if (layout === undefined) return "?";
    if (this.isNop(index)) return `NOP ${layout.kind}`;
    const named = layout.fields.find(({ names }) => names !== undefined);
    return named === undefined ? layout.kind : `${layout.kind} ${this.decode(index, named).text}`;
  }

  /** An instruction that moves no data only exchanges tokens. */
  isNop(index: number): boolean {
    const size = this.layoutOf(index)?.fields.find(({ name }) => name === "xSize");
    return size !== undefined && this.decode(index, size).value === 0;
  }

  /**
   * All fields of an instruction, except those that all instructions have; for a NOP, only those that are not
   * 0.
   */
  fields(index: number): DecodedField[] {
    const fields = this.layoutOf(index)?.fields ?? [];
    const isNop = this.isNop(index);
    return fields
      .filter(({ name }) => !TOKEN_FIELDS.has(name))
      .map((field) => this.decode(index, field))
      .filter(({ value }) => !isNop || value !== 0);
  }

  /** The quantities that are not 0, in a line. */
  operands(index: number): string {
    return this.fields(index)
      .filter(({ value, text }) => value !== 0 && text === String(value))
      .map(({ name, text }) => `${name} ${text}`)
      .join("  ");
  }

  /** The four words as a hexadecimal number. */
  word(index: number): string {
    const words = [...this.data.words.subarray(4 * index, 4 * index + 4)];
    return `0x${words
      .reverse()
      .map((word) => word.toString(16).padStart(8, "0"))
      .join("")}`;
  }

  accesses(index: number): Access[] {
    const { patterns, patternEnds, accesses, memories } = this.data;
    const pattern = patterns[index]!;
    const all: Access[] = [];
    for (let i = patternEnds[pattern - 1] ?? 0; i < patternEnds[pattern]!; i++) {
      const [memory, done, begin, end] = accesses.subarray(
        ACCESS_NUMBERS * i,
        ACCESS_NUMBERS * (i + 1),
      );
      all.push({
        memory: memories[memory!]!,
        done: ACCESS_KINDS[done!]!,
        begin: begin!,
        end: end!,
      });
    }
    return all;
  }

  /** The tokens that an instruction pushes or pops. */
  tokensAt(index: number): readonly Token[] {
    return this.byInstruction.get(index) ?? [];
  }

  /** The number of the statement that recorded an instruction. */
  statementOf(index: number): number | undefined {
    const caller = this.data.callers[index] ?? 0;
    return caller === 0 ? undefined : caller - 1;
  }

  statement(number: number): Statement {
    const [source, start, end] = this.data.statements.slice(3 * number, 3 * number + 3);
    return { source: source!, start: start!, end: end! };
  }

  /** The instructions that a statement recorded. */
  recordedBy(statement: number): readonly number[] {
    return this.byStatement.get(statement) ?? [];
  }

  /** The innermost statement around a place in a program. */
  statementAt(source: number, position: number): number | undefined {
    let found: number | undefined;
    let size = Infinity;
    for (let number = 0; number < this.data.statements.length / 3; number++) {
      const { source: own, start, end } = this.statement(number);
      if (own !== source || position < start || position > end || end - start >= size) continue;
      [found, size] = [number, end - start];
    }
    return found;
  }

  /** The run of an instruction. */
  run(index: number): number {
    let end = 0;
    return this.data.runs.findIndex((length) => index < (end += length));
  }

  /** The first instruction of an instruction's run, and the first after it. */
  runExtent(index: number): readonly [first: number, end: number] {
    const run = this.run(index);
    const first = this.data.runs.slice(0, run).reduce((sum, length) => sum + length, 0);
    return [first, first + this.data.runs[run]!];
  }

  private layoutOf(index: number) {
    return this.layouts.get(this.data.words[4 * index]! & 7);
  }

  private decode(index: number, { name, bit, bits, signed, names }: FieldFact): DecodedField {
    const at = 4 * index + (bit >> 5);
    const shift = bit & 31;
    const { words } = this.data;
    const above = Math.max(0, shift + bits - 32);
    const low = (words[at]! >>> shift) % 2 ** Math.min(bits, 32);
    const raw = low + (above === 0 ? 0 : (words[at + 1]! % 2 ** above) * 2 ** (32 - shift));
    const value = signed && raw >= 2 ** (bits - 1) ? raw - 2 ** bits : raw;
    return { name, value, text: names?.[value] ?? String(value) };
  }
}

function addTo<T>(map: Map<number, T[]>, key: number, value: T): void {
  const existing = map.get(key);
  if (existing === undefined) map.set(key, [value]);
  else existing.push(value);
}
