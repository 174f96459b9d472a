/**
 * Makes a trace of a profile's runs. Cycles do not depend on values, so the on-chip accesses are
 * derived afterwards from the instructions and the micro-ops that they load.
 */

import {
  ExecutionTrace,
  STAGE_NAMES,
  TOKEN_QUEUES,
  tokenExchanges,
  type ExecutionTraceOptions,
  type TokenName,
} from "../../accelerator";
import {
  decode,
  INSN_BYTES,
  INSN_WORDS,
  InstructionSet,
  type Hardware,
  type MicroOp,
} from "../../hardware";
import { MicroOps } from "./loop-elements";
import { runTimeline } from "./run-timeline";
import type { ProfiledRun } from "./profiled-run";
import { CLIENT, WORK } from "./stream-plan";
import { transferAt } from "./transfer";

export function profileTrace(
  hardware: Hardware,
  runs: readonly ProfiledRun[],
  options: Pick<ExecutionTraceOptions, "limit">,
): ExecutionTrace {
  const isa = new InstructionSet(hardware);
  const uops = new MicroOps(isa, 2 ** hardware.shape.logUopDepth);
  let callerOf: ProfiledRun["callerOf"] = () => undefined;
  const trace = new ExecutionTrace(hardware, { ...options, callerOf: (i) => callerOf(i) });
  for (const run of runs) {
    callerOf = run.callerOf;
    const { plan, timing, address, tokens } = run;
    trace.startRun(address, plan.count, () => runTimeline(plan, timing, tokens));
    replay(trace, run, isa, uops);
  }
  return trace;
}

/** Instructions in the order in which they started. */
function replay(
  trace: ExecutionTrace,
  { plan, timing, address, microOps }: ProfiledRun,
  isa: InstructionSet,
  uops: MicroOps,
): void {
  const { start, end } = timing;
  const started = Array.from({ length: plan.count }, (_, i) => i).filter((i) => end[i]! >= 0);
  started.sort((a, b) => start[a]! - start[b]! || a - b);
  const exchanges = STAGE_NAMES.map((stage) => tokenExchanges(stage));
  const names = (queues: readonly number[] = []): TokenName[] =>
    queues.map((queue) => TOKEN_QUEUES[queue]!);
  const uopAt = (i: number): MicroOp => ({
    dst: uops.dst[i] ?? 0,
    src: uops.src[i] ?? 0,
    wgt: uops.wgt[i] ?? 0,
  });
  for (const index of started) {
    if (plan.work[index] === WORK.LOAD && plan.client[index] === CLIENT.UOP) {
      uops.load(transferAt(plan, index), microOps);
    }
    const module = plan.module[index]!;
    const exchange = exchanges[module]![plan.tokens[index]!];
    const executed = {
      index,
      address: address + index * INSN_BYTES,
      stage: STAGE_NAMES[module]!,
      instruction: decode(isa, plan.words, plan.at + index * INSN_WORDS),
      popped: names(exchange?.popped),
      pushed: names(exchange?.pushed),
      cycles: { begin: start[index]!, end: end[index]! },
    };
    trace.record(executed, uopAt);
  }
}
