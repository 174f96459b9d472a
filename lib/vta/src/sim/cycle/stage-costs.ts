/** The costs of a schedule's stages: copies by tensor, products, and ALU operations. */

import { ALU_OPCODE, INSN_WORDS, InstructionSet, type Hardware } from "../../hardware";
import { statementOf, type ProfiledRun } from "./profiled-run";
import { CLIENT, WORK } from "./stream-plan";
import { isReset } from "./weight-lanes";

export interface StageCost {
  /** `load weight`, `GEMM`, `ALU SHR`, `store res`. */
  readonly stage: string;
  readonly instructions: number;
  /** Cycles in which its instructions worked. */
  readonly work: number;
  /** The fraction of all cycles; stages of different modules work concurrently. */
  readonly share: number;
}

export function stageCosts(
  hardware: Hardware,
  runs: readonly ProfiledRun[],
  cycles: number,
): StageCost[] {
  const costs = new Map<string, { instructions: number; work: number }>();
  for (const run of runs) {
    const nameOf = stageNames(hardware, run);
    const { start, end } = run.timing;
    for (let i = 0; i < run.plan.count; i++) {
      const stage = nameOf(i);
      if (stage === undefined || end[i]! < 0) continue;
      const cost = costs.get(stage) ?? { instructions: 0, work: 0 };
      costs.set(stage, cost);
      cost.instructions++;
      cost.work += end[i]! - start[i]!;
    }
  }
  return [...costs]
    .map(([stage, cost]) => ({ stage, ...cost, share: cycles === 0 ? 0 : cost.work / cycles }))
    .sort((a, b) => b.work - a.work);
}

const ALU_NAMES = new Map(Object.entries(ALU_OPCODE).map(([name, code]) => [Number(code), name]));
const CLIENT_NAMES = new Map<number, string>([
  [CLIENT.UOP, "micro-ops"],
  [CLIENT.INP, "inputs"],
  [CLIENT.WGT, "weights"],
  [CLIENT.ACC, "accumulators"],
]);

/** The stage of each instruction; undefined for those that only exchange tokens. */
function stageNames(hardware: Hardware, run: ProfiledRun): (index: number) => string | undefined {
  const { plan, callerOf } = run;
  const { aluOpcode } = new InstructionSet(hardware).alu;
  const tensors = new Map<string, string | undefined>();
  const tensorOf = (index: number): string | undefined => {
    const caller = callerOf(index);
    if (caller === undefined) return undefined;
    const key = `${caller.start} ${caller.end}`;
    if (!tensors.has(key)) tensors.set(key, tensorName(statementOf(run, index), caller.text()));
    return tensors.get(key);
  };
  return (index) => {
    switch (plan.work[index]) {
      case WORK.LOAD: {
        const client = plan.client[index]!;
        const tensor = client === CLIENT.UOP ? undefined : tensorOf(index);
        return `load ${tensor ?? CLIENT_NAMES.get(client)}`;
      }
      case WORK.STORE:
        return `store ${tensorOf(index) ?? "results"}`;
      case WORK.GEMM:
        return isReset(plan, index) ? "GEMM reset" : "GEMM";
      case WORK.ALU: {
        const code = aluOpcode.get(plan.words, plan.at + index * INSN_WORDS);
        return `ALU ${ALU_NAMES.get(code) ?? code}`;
      }
      default:
        return undefined;
    }
  };
}

/** The tensor in DRAM of a copy: the buffer of its only pointer variable. */
function tensorName(statement: string, program: string): string | undefined {
  for (const [variable] of statement.matchAll(/\b[A-Za-z_][\w.]*\b/g)) {
    const escaped = variable.replaceAll(".", "\\.");
    const buffer = new RegExp(`([\\w.]+): Buffer\\(${escaped}: Pointer`).exec(program);
    if (buffer !== null) return buffer[1];
  }
  return undefined;
}
