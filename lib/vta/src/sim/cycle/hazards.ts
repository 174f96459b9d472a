/**
 * Finds programs that are correct in the functional simulator and wrong on hardware, by static
 * rules before the run.
 *
 * The stages run concurrently; only tokens order them. So if two stages access the same element,
 * and one of them writes it, a token must order them.
 */

import { STAGE_NAMES } from "../../accelerator";
import { INSN_BYTES, INSN_WORDS, InstructionSet, type Hardware } from "../../hardware";
import { dramRows, findDramRaces, type DramRows } from "./dram-races";
import { elementBytesOf, loadedElementBytes, type ElementBytes } from "./element-bytes";
import { aluHazard, ElementSet, loopOf, MicroOps, type Loops } from "./loop-elements";
import { cycleModel, type CycleModel, type CyclePreset } from "./model";
import { CLIENT, isByteLoad, WORK, type StreamPlan } from "./stream-plan";
import { transferAt } from "./transfer";
import { isBefore, tokenOrder, type TokenOrder } from "./token-order";
import { racesOfResults, type OperandRace } from "./unused-results";

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
  /** The other instruction of a race. */
  readonly other?: number;
  /** The hardware's behaviour, with the values. */
  readonly text: string;
}

export interface HazardOptions {
  /** Physical address of the first instruction, in bytes. */
  readonly address: number;
  /** DRAM in 32-bit words, or the part with the micro-ops that the stream loads. */
  readonly dram: Uint32Array;
  /** The index of the first of these words; 0, all of DRAM, if left out. */
  readonly firstWord?: number;
  /** The hardware's limits; `"de10"` if left out. */
  readonly model?: CyclePreset | CycleModel;
}

const BYTE_LOAD_TEXT =
  "the RTL does not decode it and stops: it has no LOAD of accumulators from 8-bit integers; its time here is " +
  "that of a LOAD of accumulators with as many bytes, not checked against the RTL";

/** The most operand races that are checked for an effect; further races are assumed to have one. */
const MAX_OPERAND_RACES = 20_000;

/** The most findings that are reported per rule. */
const MAX_FINDINGS = 8;

/** The differences of hardware from the functional simulator, in the order of the stream. */
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
  private readonly order: TokenOrder;
  private readonly elements = new ElementSet();
  private readonly inp: ElementUse;
  private readonly wgt: ElementUse;
  private readonly out: ElementUse;
  /** Accumulators that were last written by a LOAD. */
  private readonly uncomputed: Uint8Array;
  private readonly reads: DramRows[] = [];
  private readonly writes: DramRows[] = [];
  private readonly operands: OperandRace[] = [];

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
    this.order = tokenOrder(plan);
    this.uops = new MicroOps(this.isa, this.uopDepth);
    this.inp = new ElementUse("INP", 2 ** logInpDepth);
    this.wgt = new ElementUse("WGT", 2 ** logWgtDepth);
    this.out = new ElementUse("ACC", 2 ** logAccDepth);
    this.uncomputed = new Uint8Array(2 ** logAccDepth);
  }

  run(): Hazard[] {
    for (const index of this.order.order) this.visit(index);
    this.checkOperands();
    this.checkDram();
    return this.found.sort((a, b) => a.index - b.index);
  }

  private report(rule: HazardRule, index: number, text: string, other?: number): void {
    const count = (this.counts.get(rule) ?? 0) + 1;
    this.counts.set(rule, count);
    if (count <= MAX_FINDINGS)
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

  private load(index: number): void {
    const { plan } = this;
    const transfer = transferAt(plan, index);
    const { rows, sram, elements } = transfer;
    if (isByteLoad(plan, index)) this.report("unknown instruction", index, BYTE_LOAD_TEXT);
    if (rows === 0) {
      this.report("empty loop", index, "it moves 0 rows, and the hardware never ends it");
      return;
    }
    switch (plan.client[index]) {
      case CLIENT.INP:
        this.write(this.inp, index, sram, elements);
        break;
      case CLIENT.WGT:
        this.write(this.wgt, index, sram, elements);
        break;
      case CLIENT.ACC:
        this.uncomputed.fill(1, sram, sram + elements);
        this.write(this.out, index, sram, elements);
        break;
      case CLIENT.UOP:
        this.uops.load(transfer, this.options);
    }
    this.reads.push(dramRows(index, transfer, loadedElementBytes(this.bytes, plan, index)));
  }

  private store(index: number): void {
    const transfer = transferAt(this.plan, index);
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
          "and ALU have written, which it keeps in a separate memory",
      );
      break;
    }
    this.read(this.out, index, sram, elements);
    this.writes.push(dramRows(index, transfer, this.bytes.out));
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
    const { elements, uops } = this;
    if (isGemm && loops.reset === 0) {
      elements.reach(loops, uops.src, "src");
      this.useElements(this.inp, index, false);
      elements.reach(loops, uops.wgt, "wgt");
      this.useElements(this.wgt, index, false);
    }
    elements.reach(loops, uops.dst, "dst");
    const { list, size } = elements;
    for (let i = 0; i < size; i++) this.uncomputed[list[i]!] = 0;
    this.useElements(this.out, index, true);
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

  /** The elements of a memory that a GEMM or ALU accesses. */
  private useElements(memory: ElementUse, index: number, writes: boolean): void {
    const { list, size } = this.elements;
    for (let i = 0; i < size; i++) {
      const element = list[i]!;
      if (element < memory.depth) this.touch(memory, index, element, writes);
    }
  }

  /**
   * A memory has one writing and one reading module, so an access is compared with the other
   * module's last one.
   */
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
    if (isBefore(this.plan, this.order, other, index)) return;
    const text =
      `it ${writes ? "writes" : "reads"} element ${element} of ${memory.name}, which instruction ` +
      `${other} ${writes ? "reads" : "writes"}: no token orders ${STAGE_NAMES[module]} and ` +
      `${STAGE_NAMES[owner]} here`;
    if (memory === this.out || this.operands.length === MAX_OPERAND_RACES) {
      this.report("race on chip", index, text, other);
      return;
    }
    const operand = memory === this.inp ? "src" : "wgt";
    const reader = writes ? other : index;
    this.operands.push({ reader, operand, element, index, other, text });
  }

  /** Races for inputs and weights count only if results computed from them are stored. */
  private checkOperands(): void {
    const { plan, order, operands, isa, uopDepth, options } = this;
    if (operands.length === 0) return;
    const depths = [uopDepth, this.out.depth] as const;
    for (const race of racesOfResults(plan, order.order, operands, isa, depths, options)) {
      this.report("race on chip", race.index, race.text, race.other);
    }
  }

  // Races in DRAM --------------------------------------------------------------------------------

  private checkDram(): void {
    const { plan, order, reads, writes } = this;
    const { address } = this.options;
    const program = { begin: address, end: address + plan.count * INSN_BYTES };
    for (const { index, begin, end } of writes) {
      if (begin >= program.end || end <= program.begin) continue;
      this.report("race in DRAM", index, "it writes where the instructions of the program are");
    }
    const ordered = (a: number, b: number): boolean =>
      isBefore(plan, order, a, b) || isBefore(plan, order, b, a);
    findDramRaces(reads, writes, ordered, (read, write) => {
      this.report(
        "race in DRAM",
        read,
        `it reads bytes of DRAM that instruction ${write} writes: no token orders ` +
          `${STAGE_NAMES[plan.module[read]!]} and store here`,
        write,
      );
    });
  }
}

/** By element: the index of the last instruction that accessed it, plus one; 0 for none. */
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
