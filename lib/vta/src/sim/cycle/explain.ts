/**
 * What bounds a program, and what a change would gain. Each rule measures something of a run; past its
 * threshold it changes the stream the way the program would change, and has the simulator time that.
 */

import { INSN_WORDS, type Hardware } from "../../hardware";
import { elementBytesOf } from "./element-bytes";
import type { CycleModel } from "./model";
import { timeStream } from "./simulate";
import { stallsOf, type ModuleStalls } from "./stalls";
import { statementOf, type ProfiledRun } from "./statement";
import { CLIENT, planStream, WORK, type StreamPlan } from "./stream-plan";
import { SEMAPHORE } from "./timing";

export interface Advice {
  /** What was found, in a few words. */
  readonly condition: string;
  /** What was measured, and what of it is too much. */
  readonly measured: number;
  readonly threshold: number;
  /** What `measured` is: `"of the cycles load waits for tokens of compute"`. */
  readonly measure: string;
  readonly change: string;
  /** Cycles that the change gains. */
  readonly gain: number;
  /** The statement of the lowered program that it is about. */
  readonly place: string;
}

/** A gain below this part of all cycles is not worth a change. */
const SMALLEST_GAIN = 0.01;

interface Finding extends Omit<Advice, "gain" | "place"> {
  /** The instruction that stands for the others. */
  readonly index: number;
  /** Cycles after the change. */
  readonly cycles: () => number;
}

class Evidence {
  readonly plan: StreamPlan;
  readonly cycles: number;
  readonly stalls: ModuleStalls;
  readonly beatBytes: number;
  readonly burstBytes: number;
  readonly elementBytes: readonly number[];
  readonly outBytes: number;

  constructor(
    readonly hardware: Hardware,
    readonly model: CycleModel,
    readonly run: ProfiledRun,
  ) {
    this.plan = run.plan;
    this.cycles = run.timing.cycles;
    this.stalls = stallsOf(run.plan, run.timing);
    this.beatBytes = model.busBits / 8;
    this.burstBytes = this.beatBytes * model.burstBeats;
    const bytes = elementBytesOf(hardware);
    this.elementBytes = [0, 4, bytes.inp, bytes.wgt, bytes.acc];
    this.outBytes = bytes.out;
  }

  /** Cycles of the stream with other words, tokens at the launch, or hardware. */
  retime(
    change: (words: Uint32Array) => Uint32Array | void,
    options: { tokens?: readonly number[]; model?: CycleModel } = {},
  ): number {
    const { plan, run } = this;
    const copy = plan.words.slice(plan.at, plan.at + plan.count * INSN_WORDS);
    const words = change(copy) ?? copy;
    const tokens = Float64Array.from(run.tokens ?? [0, 0, 0, 0]);
    options.tokens?.forEach((more, semaphore) => (tokens[semaphore]! += more));
    const { address } = run;
    const model = options.model ?? this.model;
    return timeStream(this.hardware, planStream(this.hardware, words), { model, address, tokens })
      .cycles;
  }

  /** The instructions of a kind of work, and of a client if given. */
  indices(work: number, ...clients: readonly number[]): number[] {
    const found: number[] = [];
    for (let i = 0; i < this.plan.count; i++) {
      if (this.plan.work[i] !== work) continue;
      if (clients.length === 0 || clients.includes(this.plan.client[i]!)) found.push(i);
    }
    return found;
  }

  transfer(index: number): { rows: number; columns: number; stride: number; dram: number } {
    const { words, at } = this.plan;
    const w = at + index * INSN_WORDS;
    return {
      rows: words[w + 2]! & 0xffff,
      columns: words[w + 2]! >>> 16,
      stride: words[w + 3]! & 0xffff,
      dram: ((words[w]! >>> 26) | (words[w + 1]! << 6)) >>> 0,
    };
  }

  bytesOf(index: number): number {
    const { rows, columns } = this.transfer(index);
    const isStore = this.plan.work[index] === WORK.STORE;
    return (
      rows * columns * (isStore ? this.outBytes : this.elementBytes[this.plan.client[index]!]!)
    );
  }

  /** Bursts that a transfer is cut into. */
  bursts(index: number): number {
    const { rows, columns, stride, dram } = this.transfer(index);
    const isStore = this.plan.work[index] === WORK.STORE;
    const element = isStore ? this.outBytes : this.elementBytes[this.plan.client[index]!]!;
    let bursts = 0;
    for (let y = 0, address = dram * element; y < rows; y++, address += stride * element) {
      const last = address + columns * element - 1;
      bursts += Math.floor(last / this.burstBytes) - Math.floor(address / this.burstBytes) + 1;
    }
    return bursts;
  }
}

type Rule = (evidence: Evidence) => Finding | undefined;

const RULES: readonly Rule[] = [
  virtualThreads,
  fetchBound,
  uopReloads,
  registerOperands,
  shortBursts,
  unalignedRows,
  tilesReloaded,
  storesSerialized,
  shortGemms,
];

export function explainRun(hardware: Hardware, model: CycleModel, run: ProfiledRun): Advice[] {
  const evidence = new Evidence(hardware, model, run);
  return RULES.flatMap((rule) => {
    const finding = rule(evidence);
    if (finding === undefined || finding.measured < finding.threshold) return [];
    const { index, cycles, ...advice } = finding;
    const gain = evidence.cycles - cycles();
    if (gain < SMALLEST_GAIN * evidence.cycles) return [];
    return [{ ...advice, gain, place: statementOf(run, index) }];
  });
}

/** Sizes 0 make a LOAD or STORE exchange its tokens only. */
function moveNothing(words: Uint32Array, index: number): void {
  words[index * INSN_WORDS + 2] = 0;
}

function virtualThreads(e: Evidence): Finding | undefined {
  const { load, compute } = e.stalls;
  const waits = Math.min(load.tokenFromCompute, compute.tokenFromLoad);
  const loads = e.indices(WORK.LOAD, CLIENT.INP, CLIENT.WGT);
  if (loads.length === 0) return undefined;
  const tokens = [0, 0, 0, 0];
  tokens[SEMAPHORE.G2L] = 1;
  tokens[SEMAPHORE.S2G] = 1;
  return {
    condition: "too few virtual threads: load and compute wait for each other",
    measured: waits / e.cycles,
    threshold: 0.02,
    measure: "of the cycles, load waits for compute and compute for load",
    change:
      'bind an outer loop to two virtual threads: s[...].bind(axis, te.threadAxis("cthread"))',
    index: loads[0]!,
    cycles: () => e.retime(() => undefined, { tokens }),
  };
}

function fetchBound(e: Evidence): Finding | undefined {
  const { load, compute, store } = e.stalls;
  const waits = Math.min(load.notFetched, compute.notFetched, store.notFetched + store.finished);
  const smallest = e.indices(WORK.STORE)[0] ?? 0;
  // With bursts sixteen times as long fetch reads that many instructions at once; nothing else does.
  return {
    condition: "streams of tiny instructions: the modules wait for fetch",
    measured: Math.max(waits, compute.notFetched) / e.cycles,
    threshold: 0.1,
    measure: "of the cycles, the next instruction is not fetched",
    change: "move more with an instruction: larger tiles, or transfers that are folded into one",
    index: smallest,
    cycles: () =>
      e.cycles - Math.min(compute.notFetched, load.notFetched, Math.max(store.notFetched, 0)),
  };
}

function uopReloads(e: Evidence): Finding | undefined {
  const loads = e.indices(WORK.LOAD, CLIENT.UOP);
  const repeated: number[] = [];
  const seen = new Set<string>();
  for (const index of loads) {
    const { columns, dram } = e.transfer(index);
    const key = `${dram} ${columns}`;
    if (seen.has(key)) repeated.push(index);
    seen.add(key);
  }
  const { start, end } = e.run.timing;
  const spent = repeated.reduce((sum, i) => sum + end[i]! - start[i]!, 0);
  if (repeated.length === 0) return undefined;
  return {
    condition: "the same micro-ops are loaded again and again",
    measured: spent / e.cycles,
    threshold: 0.03,
    measure: "of the cycles, compute loads micro-ops that it had before",
    change: "keep the kernels on chip: fewer different tile shapes, or fewer micro-ops a kernel",
    index: repeated[0]!,
    cycles: () => e.retime((words) => repeated.forEach((index) => moveNothing(words, index))),
  };
}

function registerOperands(e: Evidence): Finding | undefined {
  const { words, at, steps } = e.plan;
  const useImm = (index: number): boolean =>
    (words[at + index * INSN_WORDS + 3]! & IMMEDIATE_BIT) !== 0;
  const registers = e.indices(WORK.ALU).filter((index) => !useImm(index));
  if (registers.length === 0) return undefined;
  return {
    condition: "the ALU reads two registers, which takes it two cycles a step",
    measured: registers.reduce((sum, i) => sum + steps[i]!, 0) / e.cycles,
    threshold: 0.05,
    measure: "of the cycles, the ALU works on register operands",
    change: "use a constant operand where the values allow it, or accumulate in GEMM instead",
    index: registers[0]!,
    cycles: () =>
      e.retime((copy) => {
        for (const index of registers) copy[index * INSN_WORDS + 3]! |= IMMEDIATE_BIT;
      }),
  };
}

/** `use_imm` is bit 111 in the default layout: bit 15 of the last word. */
const IMMEDIATE_BIT = 1 << 15;

/** Loads whose rows are gathered into one, beginning where bursts begin. */
function contiguous(e: Evidence, indices: readonly number[]) {
  return (words: Uint32Array): void => {
    for (const index of indices) {
      const { rows, columns, dram } = e.transfer(index);
      const w = index * INSN_WORDS;
      const total = rows * columns;
      if (total > 0xffff) continue;
      const element = e.elementBytes[e.plan.client[index]!]!;
      const aligned =
        Math.floor((dram * element) / e.burstBytes) * Math.max(1, e.burstBytes / element);
      words[w] = (words[w]! & 0x3ffffff) | (aligned << 26);
      words[w + 1] = (words[w + 1]! & ~0x3ffffff) | (aligned >>> 6);
      words[w + 2] = (total << 16) | 1;
      words[w + 3] = (words[w + 3]! & 0xffff0000) | total;
    }
  };
}

function shortBursts(e: Evidence): Finding | undefined {
  const loads = e.indices(WORK.LOAD, CLIENT.INP, CLIENT.WGT, CLIENT.ACC);
  const short = loads.filter((i) => {
    const { rows, columns } = e.transfer(i);
    return rows > 1 && columns * e.elementBytes[e.plan.client[i]!]! < e.burstBytes;
  });
  if (short.length === 0) return undefined;
  const bytes = short.reduce((sum, i) => sum + e.bytesOf(i), 0);
  const bursts = short.reduce((sum, i) => sum + e.bursts(i), 0);
  return {
    condition: `rows of tiles are shorter than a burst of ${e.burstBytes} bytes`,
    measured: 1 - bytes / (bursts * e.burstBytes),
    threshold: 0.3,
    measure: "of the bursts of these loads is not used",
    change:
      "make the innermost axis of the tile longer, or pack the tensor so that a tile is contiguous",
    index: short[0]!,
    cycles: () => e.retime(contiguous(e, short)),
  };
}

function unalignedRows(e: Evidence): Finding | undefined {
  const loads = e.indices(WORK.LOAD, CLIENT.INP, CLIENT.WGT, CLIENT.ACC);
  const cut = loads.filter((i) => {
    const { rows, columns, stride, dram } = e.transfer(i);
    const element = e.elementBytes[e.plan.client[i]!]!;
    if (columns * element < e.burstBytes) return false;
    const off = (value: number): boolean => (value * element) % e.burstBytes !== 0;
    return off(dram) || (rows > 1 && off(stride));
  });
  if (cut.length === 0) return undefined;
  const bursts = cut.reduce((sum, i) => sum + e.bursts(i), 0);
  const least = cut.reduce((sum, i) => sum + Math.ceil(e.bytesOf(i) / e.burstBytes), 0);
  return {
    condition: `rows begin beside the ${e.burstBytes}-byte boundaries that bursts are cut at`,
    measured: 1 - least / bursts,
    threshold: 0.1,
    measure: "of the bursts of these loads exist because of the boundaries",
    change: `pad the innermost axis to a multiple of ${e.burstBytes} bytes`,
    index: cut[0]!,
    cycles: () => e.retime(contiguous(e, cut)),
  };
}

function tilesReloaded(e: Evidence): Finding | undefined {
  const loads = e.indices(WORK.LOAD, CLIENT.INP, CLIENT.WGT, CLIENT.ACC);
  const seen = new Set<string>();
  const repeated: number[] = [];
  let bytes = 0;
  let again = 0;
  for (const index of loads) {
    const { rows, columns, stride, dram } = e.transfer(index);
    const key = [e.plan.client[index], rows, columns, stride, dram].join();
    bytes += e.bytesOf(index);
    if (seen.has(key)) {
      repeated.push(index);
      again += e.bytesOf(index);
    }
    seen.add(key);
  }
  if (repeated.length === 0) return undefined;
  return {
    condition: "tiles are loaded that were loaded before",
    measured: again / bytes,
    threshold: 0.2,
    measure: "of the bytes loaded were on chip before",
    change:
      "reorder the outer loops or move the cacheRead outwards (computeAt), so that a tile stays",
    index: repeated[0]!,
    cycles: () => e.retime((words) => repeated.forEach((index) => moveNothing(words, index))),
  };
}

function storesSerialized(e: Evidence): Finding | undefined {
  const stores = e.indices(WORK.STORE);
  const small = stores.filter((i) => e.bytesOf(i) < e.burstBytes);
  if (small.length < 2) return undefined;
  const { start, end } = e.run.timing;
  const spent = small.reduce((sum, i) => sum + end[i]! - start[i]!, 0);
  return {
    condition: "stores of a few elements, one after the other: each write waits for its answer",
    measured: spent / e.cycles,
    threshold: 0.1,
    measure: "of the cycles, store writes less than a burst",
    change:
      "store rows: move the DMA pragma outwards, or fuse the axes that are contiguous in DRAM",
    index: small[0]!,
    cycles: () => e.retime((words) => mergeStores(e, words)),
  };
}

/** Neighbouring stores that go on where the one before ended become one; NOPs keep their tokens. */
function mergeStores(e: Evidence, words: Uint32Array): Uint32Array {
  const { count } = e.plan;
  const kept: number[] = [];
  const sramOf = (index: number): number => (words[index * INSN_WORDS]! >>> 10) & 0xffff;
  let last = -1;
  for (let i = 0; i < count; i++) {
    if (e.plan.work[i] === WORK.STORE && last >= 0 && kept[kept.length - 1] === last) {
      const [a, b] = [e.transfer(last), e.transfer(i)];
      const total =
        (words[last * INSN_WORDS + 2]! >>> 16) * (words[last * INSN_WORDS + 2]! & 0xffff);
      const joins =
        a.rows === 1 &&
        b.rows === 1 &&
        b.dram === a.dram + total &&
        sramOf(i) === sramOf(last) + total &&
        (words[last * INSN_WORDS]! & PUSH_BITS) === 0 &&
        (words[i * INSN_WORDS]! & POP_BITS) === 0;
      if (joins) {
        words[last * INSN_WORDS + 2] = ((total + b.columns) << 16) | 1;
        words[last * INSN_WORDS]! |= words[i * INSN_WORDS]! & PUSH_BITS;
        continue;
      }
    }
    kept.push(i);
    last = e.plan.work[i] === WORK.STORE ? i : -1;
  }
  const merged = new Uint32Array(kept.length * INSN_WORDS);
  kept.forEach((index, k) => {
    merged.set(words.subarray(index * INSN_WORDS, (index + 1) * INSN_WORDS), k * INSN_WORDS);
  });
  return merged;
}

const POP_BITS = (1 << 3) | (1 << 4);
const PUSH_BITS = (1 << 5) | (1 << 6);

function shortGemms(e: Evidence): Finding | undefined {
  const gemms = e.indices(WORK.GEMM);
  const short = gemms.filter((i) => e.plan.steps[i]! < SHORT_GEMM);
  if (short.length < 2) return undefined;
  const overhead = short.length * PIPELINE_CYCLES;
  return {
    condition: "idle GEMM lanes: GEMMs of a few steps, whose pipeline fills and drains each time",
    measured: overhead / e.cycles,
    threshold: 0.05,
    measure: "of the cycles, the GEMM pipeline fills and drains",
    change: "tensorize more of the tile at once, so that a GEMM has tens of steps",
    index: short[0]!,
    cycles: () => e.cycles - Math.round(overhead * (1 - 1 / Math.max(2, short.length))),
  };
}

const SHORT_GEMM = 16;
const PIPELINE_CYCLES = 7;
