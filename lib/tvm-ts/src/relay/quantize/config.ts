/** The settings of quantization; names and defaults are those of the reference's `qconfig`. */

import { UsageError } from "../../support";

export interface QuantizeConfig {
  /** How the ranges of activations are determined: globally, or from data. */
  readonly calibrateMode: "global_scale" | "max" | "kl_divergence" | "percentile";
  /** The range of all activations under `global_scale`. */
  readonly globalScale: number;
  /** Ranges of weights: the largest absolute value, or the power of two above it. */
  readonly weightScale: "power2" | "max";
  /** Indices of the convolutions that stay in float. */
  readonly skipConvLayers: readonly number[];
  readonly skipDenseLayer: boolean;
  /** Whether half a step is added before a right shift. */
  readonly roundForShift: boolean;
}

export const DEFAULT_CONFIG: QuantizeConfig = {
  calibrateMode: "global_scale",
  globalScale: 8,
  weightScale: "power2",
  skipConvLayers: [0],
  skipDenseLayer: true,
  roundForShift: true,
};

const MODES: readonly string[] = ["global_scale", "max", "kl_divergence", "percentile"];

/** @throws UsageError for settings that do not exist or have invalid values. */
export function quantizeConfig(given: Partial<QuantizeConfig> = {}): QuantizeConfig {
  const unknown = Object.keys(given).find((name) => !(name in DEFAULT_CONFIG));
  if (unknown !== undefined) {
    const optionNames = Object.keys(DEFAULT_CONFIG).join(", ");
    throw new UsageError(
      "quantize-option",
      `'${unknown}' is not a setting of quantization; the settings are ${optionNames}`,
    );
  }
  const config = { ...DEFAULT_CONFIG, ...given };
  if (!MODES.includes(config.calibrateMode)) {
    throw new UsageError(
      "quantize-option",
      `calibrateMode is '${config.calibrateMode}'; it can be ${MODES.join(", ")}`,
    );
  }
  if (config.weightScale !== "power2" && config.weightScale !== "max") {
    throw new UsageError(
      "quantize-option",
      `weightScale is '${String(config.weightScale)}'; it can be power2 or max`,
    );
  }
  if (!(config.globalScale > 0 && Number.isFinite(config.globalScale))) {
    throw new UsageError(
      "quantize-option",
      `globalScale is ${config.globalScale}; it must be a number above 0`,
    );
  }
  return config;
}

/** Inputs and weights are 8 bits wide, sums 32. */
export const INPUT_DTYPE = "int8";
export const ACTIVATION_DTYPE = "int32";

/** What a simulated quantization quantizes. */
export enum QuantizeKind {
  identity = 0,
  input = 1,
  weight = 2,
  activation = 3,
}

/** The number of steps on each side of zero. */
export function stepsOf(kind: QuantizeKind): number {
  return 2 ** (kind === QuantizeKind.activation ? 31 : 7);
}
