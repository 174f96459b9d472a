/**
 * The hardware parameters that determine timing, and presets for boards.
 *
 * Every parameter is from VTA's Chisel sources (tvm-vta, `hardware/chisel/src/main/scala`); the
 * presets differ only in the memory interface.
 */

import { UsageError } from "tvm-ts";

export interface CycleModel {
  readonly name: string;
  /** Bits that the memory bus moves per cycle: `memParams.dataBits` in shell/Configs.scala. */
  readonly busBits: number;
  /** Beats of the longest burst: `1 << memParams.lenBits` in shell/Configs.scala. */
  readonly burstBeats: number;
  /** Latency in cycles of a request to an idle memory: `dpiDelay` in dpi/VTAMemDPI.scala. */
  readonly memoryLatency: number;
  /** The most pending read requests: `RequestQueueDepth` in shell/VME.scala. */
  readonly requestTags: number;
  /** Capacity of a module's queue, in instructions: `instQueueEntries` in core/Configs.scala. */
  readonly queueDepth: number;
  /** Micro-ops on chip: `uopMemDepth` in core/Configs.scala. */
  readonly uopDepth: number;
  /**
   * The largest count of a semaphore; further tokens are lost: `counterBits` in core/Compute.scala.
   */
  readonly tokenLimit: number;
}

const DE10: CycleModel = {
  name: "de10",
  busBits: 64,
  burstBeats: 16,
  memoryLatency: 16,
  requestTags: 16,
  queueDepth: 512,
  uopDepth: 2048,
  tokenLimit: 255,
};

const PRESETS = {
  /** `DefaultDe10Config`, used by the reference's tsim. */
  de10: DE10,
  /** `DefaultPynqConfig` and `DefaultF1Config`. */
  pynq: { ...DE10, name: "pynq", burstBeats: 256 },
  wide128: { ...DE10, name: "wide128", busBits: 128 },
  wide256: { ...DE10, name: "wide256", busBits: 256 },
  wide512: { ...DE10, name: "wide512", busBits: 512 },
} as const satisfies Record<string, CycleModel>;

export type CyclePreset = keyof typeof PRESETS;

export const CYCLE_PRESETS = Object.keys(PRESETS) as readonly CyclePreset[];

/**
 * A preset by name, or the model itself.
 * @throws UsageError for an unknown name, or an invalid parameter.
 */
export function cycleModel(model: CyclePreset | CycleModel = "de10"): CycleModel {
  if (typeof model !== "string") return checked(model);
  if (!Object.hasOwn(PRESETS, model)) {
    throw new UsageError(
      "vta-cycle-model",
      `there is no cycle model ${JSON.stringify(model)}; the models are ${CYCLE_PRESETS.join(", ")}`,
    );
  }
  return PRESETS[model];
}

function checked(model: CycleModel): CycleModel {
  for (const [field, low, high] of [
    ["burstBeats", 2, 256],
    ["memoryLatency", 0, 1_000_000],
    ["requestTags", 1, 256],
    ["queueDepth", 4, 65536],
    ["uopDepth", 2, 65536],
    ["tokenLimit", 1, 65535],
  ] as const) {
    const value = model[field];
    if (Number.isInteger(value) && value >= low && value <= high) continue;
    throw new UsageError(
      "vta-cycle-model",
      `${field} of a cycle model is ${value}; it must be ${low} to ${high}`,
    );
  }
  if (![64, 128, 256, 512].includes(model.busBits)) {
    throw new UsageError(
      "vta-cycle-model",
      `busBits of a cycle model is ${model.busBits}; the hardware has 64, 128, 256 or 512`,
    );
  }
  if ((model.burstBeats & (model.burstBeats - 1)) !== 0) {
    throw new UsageError(
      "vta-cycle-model",
      `burstBeats of a cycle model is ${model.burstBeats}; it must be a power of two`,
    );
  }
  return model;
}
