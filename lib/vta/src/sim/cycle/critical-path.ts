/**
 * The critical path of a run: from FINISH back, each time to the last event that an instruction's
 * start waited for.
 *
 *     load      ▇▇▇▇▇▇            the load pushes a token, the GEMM keeps the
 *                     ╲           compute module busy, and the ALU begins after it
 *     compute          ▇▇▇▇▇ ▇▇
 */

import { STAGE_NAMES, type CriticalStep, type StepReason } from "../../accelerator";
import { COMPUTE_MODULE, LOAD_MODULE, STORE_MODULE, WORK, type StreamPlan } from "./stream-plan";
import { MODULE_SEMAPHORES, NO_TOKEN, type Timing } from "./timing";

const SEMAPHORES = 4;
/** Token bits of an instruction. */
const POPS = [0, 1] as const;
const PUSHES = [2, 3] as const;
const NOTHING = -1;

/**
 * The steps of a run in the order of their starts. Cycles count from the launch.
 * @param tokens in the semaphores at the launch; none if left out
 */
export function criticalPath(
  plan: StreamPlan,
  timing: Timing,
  tokens: Float64Array | undefined,
): CriticalStep[] {
  const last = plan.work.indexOf(WORK.FINISH);
  if (last < 0 || timing.start[last]! < 0) return [];
  const links = new Links(plan, timing, tokens);
  const steps: CriticalStep[] = [];
  for (let index = last; index !== NOTHING;) {
    const { reason, before } = links.beforeStart(index);
    const stage = STAGE_NAMES[plan.module[index]!]!;
    const [begin, end] = [timing.start[index]!, timing.end[index]!];
    steps.push({ run: 0, index, stage, reason, begin, end });
    index = before;
  }
  return steps.reverse();
}

/** The events that an instruction can wait for. */
class Links {
  /** The previous instruction of the same module. */
  private readonly previous: Int32Array;
  /** Two per instruction: the instructions that pushed the tokens which it pops. */
  private readonly pushers: Int32Array;
  /** Instructions by the cycle of their end. */
  private readonly endingAt = new Map<number, number>();

  constructor(
    plan: StreamPlan,
    private readonly timing: Timing,
    tokens: Float64Array | undefined,
  ) {
    this.previous = previousOf(plan);
    this.pushers = pushersOf(plan, tokens);
    for (let i = 0; i < plan.count; i++) this.endingAt.set(timing.end[i]!, i);
  }

  beforeStart(index: number): { reason: StepReason; before: number } {
    const { head, start, end } = this.timing;
    const previous = this.previous[index]!;
    // An instruction starts a cycle after its last event.
    if (start[index]! - 1 > head[index]!) {
      const [first, second] = [this.pushers[2 * index]!, this.pushers[2 * index + 1]!];
      const before = (end[second] ?? 0) > (end[first] ?? 0) ? second : first;
      if (before !== NOTHING) return { reason: "token", before };
    }
    if (previous !== NOTHING && end[previous]! >= head[index]!) {
      return { reason: "module", before: previous };
    }
    return this.beforeArrival(head[index]!);
  }

  /** Fetch is serial: it waited for the event that ended its last stop before a cycle. */
  private beforeArrival(cycle: number): { reason: StepReason; before: number } {
    const { blocked } = this.timing.fetch;
    // The ends of stops are at odd indices, in order.
    let [low, high] = [0, blocked.length >> 1];
    while (low < high) {
      const middle = (low + high) >> 1;
      if (blocked[2 * middle + 1]! <= cycle) low = middle + 1;
      else high = middle;
    }
    const before = low === 0 ? undefined : this.endingAt.get(blocked[2 * low - 1]!);
    return before === undefined
      ? { reason: "fetch", before: NOTHING }
      : { reason: "queue", before };
  }
}

function previousOf({ count, module }: StreamPlan): Int32Array {
  const previous = new Int32Array(count);
  const latest = [NOTHING, NOTHING, NOTHING];
  for (let i = 0; i < count; i++) {
    previous[i] = latest[module[i]!]!;
    latest[module[i]!] = i;
  }
  return previous;
}

/** Semaphores pass tokens in order, first those present at the launch. */
function pushersOf(plan: StreamPlan, tokens: Float64Array | undefined): Int32Array {
  const pushed = Array.from({ length: SEMAPHORES }, (_, semaphore) =>
    new Array<number>(tokens?.[semaphore] ?? 0).fill(NOTHING),
  );
  const eachToken = (
    bits: readonly number[],
    visit: (semaphore: number, index: number, place: number) => void,
  ): void => {
    for (const module of [LOAD_MODULE, COMPUTE_MODULE, STORE_MODULE]) {
      for (let i = 0; i < plan.count; i++) {
        if (plan.module[i] !== module) continue;
        bits.forEach((bit, place) => {
          const semaphore = MODULE_SEMAPHORES[module]![bit]!;
          if ((plan.tokens[i]! & (1 << bit)) !== 0 && semaphore !== NO_TOKEN) {
            visit(semaphore, i, place);
          }
        });
      }
    }
  };
  eachToken(PUSHES, (semaphore, index) => pushed[semaphore]!.push(index));
  const pushers = new Int32Array(2 * plan.count).fill(NOTHING);
  const popped = new Int32Array(SEMAPHORES);
  eachToken(POPS, (semaphore, index, place) => {
    pushers[2 * index + place] = pushed[semaphore]![popped[semaphore]!++] ?? NOTHING;
  });
  return pushers;
}
