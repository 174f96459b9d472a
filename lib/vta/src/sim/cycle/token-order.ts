/**
 * The partial order of instructions due to queues and tokens: every instruction has a vector clock,
 * the number of each module's instructions that are certainly done when it starts.
 */

import { COMPUTE_MODULE, LOAD_MODULE, STORE_MODULE, type StreamPlan } from "./stream-plan";
import { MODULE_SEMAPHORES, NO_TOKEN } from "./timing";

const MODULES = [LOAD_MODULE, COMPUTE_MODULE, STORE_MODULE] as const;
const SEMAPHORES = 4;

/** Token bits of an instruction: pop prev, pop next, push prev, push next. */
const POPS = [0, 1] as const;
const PUSHES = [2, 3] as const;

export interface TokenOrder {
  /** Instructions in an order that queues and tokens allow, without those that never start. */
  readonly order: Int32Array;
  /**
   * By instruction and module: the number of the module's instructions that are done when it
   * starts.
   */
  readonly clocks: Int32Array;
  /** An instruction's position in its module, from 1. */
  readonly ordinal: Int32Array;
}

export function tokenOrder(plan: StreamPlan): TokenOrder {
  const { count, module: moduleOf, tokens } = plan;
  const queues = MODULES.map(() => new Int32Array(count));
  const lengths = [0, 0, 0];
  const ordinal = new Int32Array(count);
  for (let i = 0; i < count; i++) {
    const module = moduleOf[i]!;
    queues[module]![lengths[module]!++] = i;
    ordinal[i] = lengths[module]!;
  }
  const clocks = new Int32Array(count * 3);
  const order = new Int32Array(count);
  let done = 0;
  const next = [0, 0, 0];
  const now = MODULES.map(() => new Int32Array(3));
  /** The clocks of a semaphore's pushes, and the numbers of pushes and pops. */
  const carried = Array.from({ length: SEMAPHORES }, () => new Int32Array(count * 3));
  const pushed = new Int32Array(SEMAPHORES);
  const popped = new Int32Array(SEMAPHORES);

  /** Starts the next instruction of a module, if its tokens are available. */
  const step = (module: number): boolean => {
    const position = next[module]!;
    if (position === lengths[module]!) return false;
    const index = queues[module]![position]!;
    const bits = tokens[index]!;
    const semaphores = MODULE_SEMAPHORES[module]!;
    for (const bit of POPS) {
      const semaphore = semaphores[bit]!;
      if ((bits & (1 << bit)) === 0 || semaphore === NO_TOKEN) continue;
      if (popped[semaphore]! >= pushed[semaphore]!) return false;
    }
    const clock = now[module]!;
    for (const bit of POPS) {
      const semaphore = semaphores[bit]!;
      if ((bits & (1 << bit)) === 0 || semaphore === NO_TOKEN) continue;
      const from = 3 * popped[semaphore]!++;
      for (let m = 0; m < 3; m++) {
        const value = carried[semaphore]![from + m]!;
        if (value > clock[m]!) clock[m] = value;
      }
    }
    for (let m = 0; m < 3; m++) clocks[index * 3 + m] = clock[m]!;
    clock[module] = ordinal[index]!;
    order[done++] = index;
    for (const bit of PUSHES) {
      const semaphore = semaphores[bit]!;
      if ((bits & (1 << bit)) === 0 || semaphore === NO_TOKEN) continue;
      const to = 3 * pushed[semaphore]!++;
      for (let m = 0; m < 3; m++) carried[semaphore]![to + m] = clock[m]!;
    }
    next[module] = position + 1;
    return true;
  };

  for (let progress = true; progress;) {
    progress = false;
    for (const module of MODULES) while (step(module)) progress = true;
  }
  return { order: order.subarray(0, done), clocks, ordinal };
}

/** Whether instruction `a` is certainly done when `b` starts. */
export function isBefore(plan: StreamPlan, order: TokenOrder, a: number, b: number): boolean {
  return order.clocks[b * 3 + plan.module[a]!]! >= order.ordinal[a]!;
}
