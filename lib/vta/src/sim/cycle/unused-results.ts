/**
 * Finds the races that affect results. If unrolled loops do not divide a tile, rows are computed
 * that are never stored: a product of such a row may read inputs while another module writes them,
 * without effect.
 *
 * Liveness is computed backwards from the stores: an accumulator is live back to the instruction
 * that set it.
 */

import { INSN_WORDS, type InstructionSet } from "../../hardware";
import { ElementSet, loopOf, MicroOps, type Loops } from "./loop-elements";
import { CLIENT, WORK, type StreamPlan } from "./stream-plan";
import { transferAt } from "./transfer";
import type { HazardOptions } from "./hazards";

/** An input or weight that a product reads while another module writes it. */
export interface OperandRace {
  /** The GEMM. */
  readonly reader: number;
  readonly operand: "src" | "wgt";
  readonly element: number;
  readonly index: number;
  readonly other: number;
  readonly text: string;
}

/** The accumulators that a GEMM or an ALU instruction reads and writes. */
interface Work {
  readonly kills: boolean;
  readonly dst: Int32Array;
  readonly src: Int32Array | undefined;
  /** For each race of the instruction: the accumulators that depend on its element. */
  readonly reached: readonly (readonly [OperandRace, ReadonlySet<number>])[];
}

/** The races among `races` whose values affect stored results. */
export function racesOfResults(
  plan: StreamPlan,
  order: ArrayLike<number>,
  races: readonly OperandRace[],
  isa: InstructionSet,
  [uopDepth, accDepth]: readonly [uopDepth: number, accDepth: number],
  memory: HazardOptions,
): OperandRace[] {
  const works = worksOf(plan, order, races, isa, uopDepth, memory);
  const needed = new Uint8Array(accDepth);
  const found = new Set<OperandRace>();
  for (let i = order.length - 1; i >= 0; i--) {
    const index = order[i]!;
    if (plan.work[index] === WORK.LOAD || plan.work[index] === WORK.STORE) {
      const isStore = plan.work[index] === WORK.STORE;
      if (!isStore && plan.client[index] !== CLIENT.ACC) continue;
      const { sram, elements } = transferAt(plan, index);
      needed.fill(isStore ? 1 : 0, sram, sram + elements);
      continue;
    }
    const work = works.get(index);
    if (work === undefined) continue;
    for (const [race, accumulators] of work.reached) {
      for (const accumulator of accumulators) if (needed[accumulator] === 1) found.add(race);
    }
    if (work.kills) for (const element of work.dst) needed[element] = 0;
    else if (work.src !== undefined && work.dst.some((element) => needed[element] === 1)) {
      for (const element of work.src) needed[element] = 1;
    }
  }
  return races.filter((race) => found.has(race));
}

function worksOf(
  plan: StreamPlan,
  order: ArrayLike<number>,
  races: readonly OperandRace[],
  isa: InstructionSet,
  uopDepth: number,
  memory: HazardOptions,
): Map<number, Work> {
  const racesOf = new Map<number, OperandRace[]>();
  for (const race of races) {
    const known = racesOf.get(race.reader);
    if (known === undefined) racesOf.set(race.reader, [race]);
    else known.push(race);
  }
  const uops = new MicroOps(isa, uopDepth);
  const elements = new ElementSet();
  const reach = (loops: Loops, which: "dst" | "src"): Int32Array => {
    elements.reach(loops, uops[which], which);
    return elements.list.slice(0, elements.size);
  };
  const works = new Map<number, Work>();
  for (let i = 0; i < order.length; i++) {
    const index = order[i]!;
    const work = plan.work[index];
    if (work === WORK.LOAD && plan.client[index] === CLIENT.UOP) {
      uops.load(transferAt(plan, index), memory);
    }
    if (work !== WORK.GEMM && work !== WORK.ALU) continue;
    const isGemm = work === WORK.GEMM;
    const loops = loopOf(isGemm ? isa.gemm : isa.alu, plan.words, plan.at + index * INSN_WORDS);
    works.set(index, {
      kills: isGemm && loops.reset !== 0,
      dst: reach(loops, "dst"),
      src: isGemm ? undefined : reach(loops, "src"),
      reached: reachedBy(loops, uops, racesOf.get(index) ?? []),
    });
  }
  return works;
}

/** The accumulators that depend on the elements of races. */
function reachedBy(
  { uopBgn, uopEnd, iterOut, iterIn, ...factors }: Loops,
  uops: MicroOps,
  races: readonly OperandRace[],
): [OperandRace, ReadonlySet<number>][] {
  if (races.length === 0) return [];
  const reached = { src: new Map<number, Set<number>>(), wgt: new Map<number, Set<number>>() };
  for (const { operand, element } of races) reached[operand].set(element, new Set());
  for (let i = 0; i < iterOut; i++) {
    for (let j = 0; j < iterIn; j++) {
      const at = (which: "dst" | "src" | "wgt", u: number): number =>
        uops[which][u]! + i * factors[which].out + j * factors[which].in;
      for (let u = uopBgn; u < uopEnd; u++) {
        reached.src.get(at("src", u))?.add(at("dst", u));
        reached.wgt.get(at("wgt", u))?.add(at("dst", u));
      }
    }
  }
  return races.map((race) => [race, reached[race.operand].get(race.element)!]);
}
