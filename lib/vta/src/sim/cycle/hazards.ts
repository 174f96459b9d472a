/**
 * Programs that a simulator of values computes as they are meant and hardware does not: found by a
 * static rule, before anything runs.
 *
 * The stages run side by side; only tokens order them. So two stages that touch the same element, one
 * of them writing, need a token between. The order that tokens and queues give is a partial one; here
 * every instruction has a clock: how many instructions of each stage are done for certain when it
 * starts.
 */

import { INSN_BYTES, INSN_WORDS, InstructionSet, UOP_BYTES, type Hardware } from "../../hardware";
import { aluHazard, loopOf, MicroOps, touched, type Loops } from "./loop-elements";
import {
  CLIENT,
  COMPUTE_MODULE,
  LOAD_MODULE,
  STORE_MODULE,
  WORK,
  type StreamPlan,
} from "./stream-plan";
import { elementBytesOf, type ElementBytes } from "./element-bytes";
import { cycleModel, type CycleModel, type CyclePreset } from "./model";
import { MODULE_SEMAPHORES, NO_TOKEN } from "./timing";

export const HAZARD_RULES = [
  "unknown instruction",
  "empty loop",
  "micro-op out of range",
  "accumulator read too soon",
  "race on chip",
  "race in DRAM",
  "stored without a computation",
] as const;

export type HazardRule = (typeof HAZARD_RULES)[number];

export interface Hazard {
  readonly rule: HazardRule;
  /** The instruction's number in the stream. */
  readonly index: number;
  /** The instruction it races with. */
  readonly other?: number;
  /** What the hardware does, with the values. */
  readonly text: string;
}

export interface HazardOptions {
  /** Physical address of the first instruction, in bytes. */
  readonly address: number;
  /** DRAM, for the micro-ops that the stream loads. */
  readonly dram: Uint32Array;
  /** The hardware's limits; `"de10"` if left out. */
  readonly model?: CyclePreset | CycleModel;
}

/** Findings of one rule that are kept; the others are like them. */
const KEPT = 8;

/** What of a stream hardware does otherwise than a simulator of values, in the order of the stream. */
export function findHazards(
  hardware: Hardware,
  plan: StreamPlan,
  options: HazardOptions,
): Hazard[] {
  return new Analysis(hardware, plan, options).run();
}

class Analysis {
  private readonly found: Hazard[] = [];
  private readonly counts = new Map<HazardRule, number>();
  private readonly uops: MicroOps;
  /** By instruction and module: instructions of the module that are done when it starts. */
  private readonly clocks: Int32Array;
  /** An instruction's number in its own module, from 1 on. */
  private readonly ordinal: Int32Array;
  private readonly indexOf: readonly number[][] = [[], [], []];
  private readonly inp: ElementUse;
  private readonly wgt: ElementUse;
  private readonly out: ElementUse;
  /** Accumulators that a LOAD has written since a GEMM or an ALU did. */
  private readonly uncomputed: Uint8Array;
  private readonly reads: Extent[] = [];
  private readonly writes: Extent[] = [];

  private readonly isa: InstructionSet;
  private readonly bytes: ElementBytes;
  private readonly uopDepth: number;

  constructor(
    hardware: Hardware,
    private readonly plan: StreamPlan,
    private readonly options: HazardOptions,
  ) {
    const { logInpDepth, logWgtDepth, logAccDepth } = hardware.shape;
    this.isa = new InstructionSet(hardware);
    this.bytes = elementBytesOf(hardware);
    this.uopDepth = cycleModel(options.model).uopDepth;
    this.clocks = new Int32Array(plan.count * 3);
    this.ordinal = new Int32Array(plan.count);
    this.uops = new MicroOps(this.isa, this.uopDepth);
    this.inp = new ElementUse("INP", 2 ** logInpDepth);
    this.wgt = new ElementUse("WGT", 2 ** logWgtDepth);
    this.out = new ElementUse("ACC", 2 ** logAccDepth);
    this.uncomputed = new Uint8Array(2 ** logAccDepth);
  }

  run(): Hazard[] {
    const { plan, clocks, ordinal, indexOf } = this;
    for (const index of inTokenOrder(plan, clocks, ordinal, indexOf)) this.visit(index);
    this.checkDram();
    return this.found.sort((a, b) => a.index - b.index);
  }

  private report(rule: HazardRule, index: number, text: string, other?: number): void {
    const count = (this.counts.get(rule) ?? 0) + 1;
    this.counts.set(rule, count);
    if (count <= KEPT)
      this.found.push({ rule, index, text, ...(other !== undefined && { other }) });
  }

  private visit(index: number): void {
    const { plan } = this;
    switch (plan.work[index]) {
      case WORK.UNKNOWN:
        this.report(
          "unknown instruction",
          index,
          "the hardware does not decode it and stops; it has LOAD of UOP, WGT, INP and ACC, STORE, GEMM, " +
            "FINISH, and the ALU operations MIN, MAX, ADD and SHR",
        );
        return;
      case WORK.LOAD:
        this.load(index);
        return;
      case WORK.STORE:
        this.store(index);
        return;
      case WORK.GEMM:
        this.compute(index, loopOf(this.isa.gemm, plan.words, this.at(index)));
        return;
      case WORK.ALU:
        this.compute(index, loopOf(this.isa.alu, plan.words, this.at(index)));
    }
  }

  private at(index: number): number {
    return this.plan.at + index * INSN_WORDS;
  }

  // Transfers ------------------------------------------------------------------------------------

  private transfer(index: number): Transfer {
    const { words } = this.plan;
    const w = this.at(index);
    const last = words[w + 3]!;
    const [yPad0, yPad1] = [(last >>> 16) & 15, (last >>> 20) & 15];
    const [xPad0, xPad1] = [(last >>> 24) & 15, last >>> 28];
    const rows = words[w + 2]! & 0xffff;
    const columns = words[w + 2]! >>> 16;
    return {
      rows,
      columns,
      stride: last & 0xffff,
      dram: ((words[w]! >>> 26) | (words[w + 1]! << 6)) >>> 0,
      sram: (words[w]! >>> 10) & 0xffff,
      elements: (yPad0 + rows + yPad1) * (xPad0 + columns + xPad1),
    };
  }

  private load(index: number): void {
    const { bytes, plan } = this;
    const transfer = this.transfer(index);
    const { rows, sram, elements } = transfer;
    if (rows === 0) {
      this.report("empty loop", index, "it moves 0 rows, and the hardware never ends it");
      return;
    }
    switch (plan.client[index]) {
      case CLIENT.INP:
        this.write(this.inp, index, sram, elements);
        this.extent(this.reads, index, transfer, bytes.inp);
        return;
      case CLIENT.WGT:
        this.write(this.wgt, index, sram, elements);
        this.extent(this.reads, index, transfer, bytes.wgt);
        return;
      case CLIENT.ACC:
        this.uncomputed.fill(1, sram, sram + elements);
        this.write(this.out, index, sram, elements);
        this.extent(this.reads, index, transfer, bytes.acc);
        return;
      case CLIENT.UOP:
        this.extent(this.reads, index, transfer, UOP_BYTES);
        this.uops.load(transfer, this.options.dram);
    }
  }

  private store(index: number): void {
    const transfer = this.transfer(index);
    const { sram, elements, rows } = transfer;
    if (rows === 0) {
      this.report("empty loop", index, "it moves 0 rows, and the hardware never ends it");
      return;
    }
    for (let e = sram; e < sram + elements; e++) {
      if (this.uncomputed[e] !== 1) continue;
      this.report(
        "stored without a computation",
        index,
        `it stores accumulator ${e}, which a LOAD wrote last: the hardware stores what GEMM ` +
          "and ALU have written, which it keeps in a memory of its own",
      );
      break;
    }
    this.read(this.out, index, sram, elements);
    this.extent(this.writes, index, transfer, this.bytes.out);
  }

  private extent(to: Extent[], index: number, transfer: Transfer, bytes: number): void {
    const { rows, columns, stride, dram } = transfer;
    const begin = dram * bytes;
    to.push({
      index,
      begin,
      end: begin + ((rows - 1) * stride + columns) * bytes,
      row: columns * bytes,
      pitch: stride * bytes,
    });
  }

  // GEMM and ALU ---------------------------------------------------------------------------------

  private compute(index: number, loops: Loops): void {
    const { isa, plan, uopDepth } = this;
    const { uopBgn, uopEnd, iterOut, iterIn } = loops;
    const isGemm = plan.work[index] === WORK.GEMM;
    if (iterOut === 0 || iterIn === 0 || uopEnd <= uopBgn) {
      const what =
        uopEnd <= uopBgn
          ? `micro-ops ${uopBgn} to ${uopEnd}`
          : `a loop of ${iterOut} x ${iterIn} iterations`;
      this.report(
        "empty loop",
        index,
        `it has ${what}: the hardware compares its counters for equality and runs them ` +
          `through 16384 values, ${plan.steps[index]} steps in all`,
      );
      return;
    }
    if (uopEnd > uopDepth) {
      this.report(
        "micro-op out of range",
        index,
        `it runs micro-ops up to ${uopEnd - 1}, but the hardware holds ${uopDepth} and takes the index modulo that`,
      );
      return;
    }
    if (!isGemm) {
      const { words } = plan;
      const useImm = isa.alu.useImm.get(words, this.at(index)) === 1;
      const hazard = aluHazard(loops, this.uops, useImm);
      if (hazard !== undefined) this.report("accumulator read too soon", index, hazard);
    }
    const compute = isGemm && loops.reset === 0;
    if (compute) {
      this.use(this.inp, index, touched(loops, this.uops.src, "src"), false);
      this.use(this.wgt, index, touched(loops, this.uops.wgt, "wgt"), false);
    }
    const written = touched(loops, this.uops.dst, "dst");
    for (const e of written) if (e < this.uncomputed.length) this.uncomputed[e] = 0;
    this.use(this.out, index, written, true);
  }

  // Races on chip --------------------------------------------------------------------------------

  private write(memory: ElementUse, index: number, begin: number, count: number): void {
    const end = Math.min(begin + count, memory.depth);
    for (let e = begin; e < end; e++) this.touch(memory, index, e, true);
  }

  private read(memory: ElementUse, index: number, begin: number, count: number): void {
    const end = Math.min(begin + count, memory.depth);
    for (let e = begin; e < end; e++) this.touch(memory, index, e, false);
  }

  private use(
    memory: ElementUse,
    index: number,
    elements: Iterable<number>,
    writes: boolean,
  ): void {
    for (const e of elements) if (e < memory.depth) this.touch(memory, index, e, writes);
  }

  /** One module writes a memory and another reads it, so an access looks at the other's last one. */
  private touch(memory: ElementUse, index: number, element: number, writes: boolean): void {
    const module = this.plan.module[index]!;
    const mine = writes ? memory.written : memory.read;
    const theirs = writes ? memory.read : memory.written;
    const last = theirs[element]!;
    mine[element] = index + 1;
    if (last === 0) return;
    const other = last - 1;
    const owner = this.plan.module[other]!;
    if (owner === module) return;
    if (this.clocks[index * 3 + owner]! >= this.ordinal[other]!) return;
    const names = ["load", "compute", "store"];
    this.report(
      "race on chip",
      index,
      `it ${writes ? "writes" : "reads"} element ${element} of ${memory.name}, which instruction ` +
        `${other} ${writes ? "reads" : "writes"}: no token orders ${names[module]} and ${names[owner]} here`,
      other,
    );
  }

  // Races in DRAM --------------------------------------------------------------------------------

  private checkDram(): void {
    const { writes, reads } = this;
    if (writes.length === 0) return;
    const { plan } = this;
    const { address } = this.options;
    const program = { begin: address, end: address + plan.count * INSN_BYTES };
    const written = writes.reduce(
      (all, { begin, end }) => ({ begin: Math.min(all.begin, begin), end: Math.max(all.end, end) }),
      { begin: Infinity, end: 0 },
    );
    for (const { index, begin, end } of writes) {
      if (begin >= program.end || end <= program.begin) continue;
      this.report("race in DRAM", index, "it writes where the instructions of the program are");
    }
    const near = reads.filter(({ begin, end }) => begin < written.end && end > written.begin);
    if (near.length === 0) return;
    const sorted = [...writes].sort((a, b) => a.begin - b.begin);
    let longest = 0;
    for (const { begin, end } of sorted) longest = Math.max(longest, end - begin);
    for (const read of near) {
      for (let i = firstFrom(sorted, read.begin - longest); i < sorted.length; i++) {
        const write = sorted[i]!;
        if (write.begin >= read.end) break;
        if (!overlap(read, write) || this.ordered(read.index, write.index)) continue;
        const names = ["load", "compute", "store"];
        this.report(
          "race in DRAM",
          read.index,
          `it reads bytes of DRAM that instruction ${write.index} writes: no token orders ` +
            `${names[plan.module[read.index]!]} and store here`,
          write.index,
        );
        break;
      }
    }
  }

  private ordered(a: number, b: number): boolean {
    const { plan } = this;
    const [moduleA, moduleB] = [plan.module[a]!, plan.module[b]!];
    return (
      this.clocks[a * 3 + moduleB]! >= this.ordinal[b]! ||
      this.clocks[b * 3 + moduleA]! >= this.ordinal[a]!
    );
  }
}

export interface Transfer {
  readonly rows: number;
  readonly columns: number;
  readonly stride: number;
  readonly dram: number;
  readonly sram: number;
  /** On chip, padding included. */
  readonly elements: number;
}

/** Rows of bytes of DRAM. */
interface Extent {
  readonly index: number;
  readonly begin: number;
  readonly end: number;
  readonly row: number;
  readonly pitch: number;
}

/** Which instruction touched each element last, plus one; 0 for none. */
class ElementUse {
  readonly written: Int32Array;
  readonly read: Int32Array;

  constructor(
    readonly name: string,
    readonly depth: number,
  ) {
    this.written = new Int32Array(depth);
    this.read = new Int32Array(depth);
  }
}

function firstFrom(sorted: readonly Extent[], begin: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (sorted[middle]!.begin < begin) low = middle + 1;
    else high = middle;
  }
  return low;
}

function overlap(a: Extent, b: Extent): boolean {
  if (a.begin >= b.end || b.begin >= a.end) return false;
  if (a.row >= a.pitch && b.row >= b.pitch) return true;
  for (let row = a.begin; row < a.end; row += Math.max(a.pitch, 1)) {
    const end = Math.min(row + a.row, a.end);
    if (row >= b.end) break;
    if (end <= b.begin) continue;
    if (b.row >= b.pitch) return true;
    // The row of b before or at the end of this one reaches it, or none does.
    const k = Math.floor((end - 1 - b.begin) / b.pitch);
    if (k >= 0 && b.begin + k * b.pitch + b.row > row) return true;
    if (a.pitch === 0) break;
  }
  return false;
}

/**
 * Gives the instructions in an order that respects queues and tokens, and fills in their clocks. What
 * waits for a token that is never pushed is left out.
 */
function* inTokenOrder(
  plan: StreamPlan,
  clocks: Int32Array,
  ordinal: Int32Array,
  indexOf: readonly number[][],
): Generator<number> {
  for (let i = 0; i < plan.count; i++) {
    const list = indexOf[plan.module[i]!]!;
    list.push(i);
    ordinal[i] = list.length;
  }
  const next = [0, 0, 0];
  const now = [0, 1, 2].map(() => [0, 0, 0]);
  /** Clocks that the pushes of each semaphore carry, and how many have been popped. */
  const pushes: number[][][] = [[], [], [], []];
  const popped = [0, 0, 0, 0];
  let progress = true;
  while (progress) {
    progress = false;
    for (const module of [LOAD_MODULE, COMPUTE_MODULE, STORE_MODULE]) {
      const list = indexOf[module]!;
      while (next[module]! < list.length) {
        const index = list[next[module]!]!;
        const bits = plan.tokens[index]!;
        const semaphores = MODULE_SEMAPHORES[module]!;
        const waits = [0, 1].filter((i) => (bits & (1 << i)) !== 0 && semaphores[i] !== NO_TOKEN);
        if (waits.some((i) => popped[semaphores[i]!]! >= pushes[semaphores[i]!]!.length)) break;
        const clock = now[module]!;
        for (const i of waits) {
          const semaphore = semaphores[i]!;
          const carried = pushes[semaphore]![popped[semaphore]!++]!;
          for (let m = 0; m < 3; m++) clock[m] = Math.max(clock[m]!, carried[m]!);
        }
        for (let m = 0; m < 3; m++) clocks[index * 3 + m] = clock[m]!;
        clock[module] = ordinal[index]!;
        yield index;
        for (const i of [2, 3]) {
          const semaphore = semaphores[i]!;
          if ((bits & (1 << i)) !== 0 && semaphore !== NO_TOKEN)
            pushes[semaphore]!.push([...clock]);
        }
        next[module]!++;
        progress = true;
      }
    }
  }
}
