/** Checks of a function's use of the accelerator, and of its cycles. */

import { DeviceError, UsageError } from "tvm-ts";
import {
  extDev,
  hostWorkOf,
  profile,
  simulator,
  type ProfileOptions,
  type VtaDevice,
} from "../api";
import type { ProfilerStats } from "../accelerator";
import type { Profile } from "../sim";
import { Check } from "./check";
import { failure, programOf, withArrays } from "./program";

/** A unit of the accelerator: its name, its counter, and how a schedule uses it. */
const UNITS = {
  gemm: ["GEMM core", "gemm_counter", "tensorize the product with env.gemm"],
  alu: ["ALU", "alu_counter", "mark the stage with pragma(axis, env.alu)"],
} as const satisfies Record<string, readonly [string, keyof ProfilerStats, string]>;

export type AcceleratorUnit = keyof typeof UNITS;

/**
 * Checks whether the accelerator's units do the work.
 * @param f a built function
 * @param units the units that must be used; any of them if left out
 */
export function ranOnAccelerator(
  f: unknown,
  units: readonly AcceleratorUnit[] = [],
  device: VtaDevice = extDev(),
): Check {
  const program = programOf(f);
  if (program instanceof Check) return program;
  let stats: ProfilerStats;
  try {
    stats = withArrays(program, device, (arrays) => {
      program.module(...arrays);
      return simulator.lastCall(device);
    });
  } catch (error) {
    return failure(error);
  }
  const idle = (Object.keys(UNITS) as AcceleratorUnit[]).filter(
    (unit) => stats[UNITS[unit][1]] === 0,
  );
  const missing =
    units.length === 0 ? (idle.length === 2 ? idle : []) : idle.filter((u) => units.includes(u));
  if (missing.length === 0) return Check.of(1, "the accelerator does the work");
  const stages = hostWorkOf(program.module.record) ?? [];
  const advice = missing.map((unit) => {
    const remedies = stages.filter((stage) => stage.unit === unit).map(({ remedy }) => remedy);
    return `the ${UNITS[unit][0]} is not used: ${remedies.join(", ") || UNITS[unit][2]}`;
  });
  return Check.of(0, advice.join("; "));
}

export interface AtMostOptions {
  /** The cycles from which on a program gets no points; twice the limit if left out. */
  readonly none?: number;
}

/** The cycles of a function, for comparison with limits. */
export class Cycles {
  constructor(private readonly measured: Profile | Check) {}

  /**
   * All points up to `limit` cycles, none from `none` on, linear in between: the share is `(none - cycles) /
   * (none - limit)`. The message has the cycles, both limits, and the first finding of the profile's
   * `explain()`.
   */
  atMost(limit: number, { none = 2 * limit }: AtMostOptions = {}): Check {
    if (!(limit > 0 && none > limit)) {
      throw new UsageError(
        "grade",
        `atMost(${limit}, { none: ${none} }): the limits must be positive, and none larger than the first`,
      );
    }
    const { measured } = this;
    if (measured instanceof Check) return measured;
    const { cycles } = measured;
    const scale = `${text(limit)} give all points, ${text(none)} give none`;
    const message = `${text(cycles)} cycles; ${scale}`;
    if (cycles <= limit) return Check.of(1, message);
    const [advice] = measured.explain();
    const hint = advice === undefined ? "" : `; ${advice.condition}: ${advice.change}`;
    return Check.of((none - cycles) / (none - limit), message + hint);
  }
}

/**
 * The cost of a call of `f` on the cycle model, which is the same on every machine.
 * @param f a built function
 */
export function cycles(f: unknown, options: ProfileOptions = {}): Cycles {
  const program = programOf(f);
  if (program instanceof Check) return new Cycles(program);
  const { device = extDev() } = options;
  try {
    return new Cycles(
      withArrays(program, device, (arrays) =>
        profile(() => void program.module(...arrays), { values: false, ...options }),
      ),
    );
  } catch (error) {
    if (!(error instanceof DeviceError)) return new Cycles(failure(error));
    return new Cycles(Check.of(0, `the hardware does not finish: ${error.sentence}`));
  }
}

function text(count: number): string {
  return count.toLocaleString("en-US");
}
