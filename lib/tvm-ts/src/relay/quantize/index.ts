/**
 * Quantizes networks to 8 bits in steps: preparation, partitioning, annotation, calibration and
 * realization in integers.
 */

import type { Func } from "../relay-expr";
import {
  backwardFoldScaleAxis,
  canonicalizeOps,
  foldConstant,
  runRelayPasses,
  simplifyInference,
  type RelayPass,
  type RelayStep,
} from "../passes";
import { quantizeAnnotate } from "./annotate";
import { quantizeCalibrate, type Dataset } from "./calibrate";
import { quantizeConfig, type QuantizeConfig } from "./config";
import { quantizePartition } from "./partition";
import { QuantizedValues } from "./accuracy";
import { quantizeRealize, type NoteIntegers } from "./realize";

export { ERROR_BINS, QuantizedValues, type LayerAccuracy } from "./accuracy";
export { DEFAULT_CONFIG, type QuantizeConfig } from "./config";
export type { Dataset } from "./calibrate";

/** The passes that prepare a network. */
export const prerequisitePasses: readonly RelayPass[] = [
  simplifyInference,
  foldConstant,
  backwardFoldScaleAxis,
  foldConstant,
  canonicalizeOps,
  foldConstant,
];

export interface QuantizeOptions extends Partial<QuantizeConfig> {
  /** The calibration data, for all modes except `global_scale`. */
  readonly dataset?: Dataset;
  /** Receives every step. */
  readonly watch?: (step: RelayStep) => void;
  /** Receives the integers for each float result, to compare them. */
  readonly watchValues?: (values: QuantizedValues) => void;
}

/** All passes of quantization, in order. */
export function quantizePasses(
  config: QuantizeConfig,
  dataset?: Dataset,
  note?: NoteIntegers,
): readonly RelayPass[] {
  return [
    ...prerequisitePasses,
    quantizePartition,
    quantizeAnnotate(config),
    quantizeCalibrate(config, dataset),
    quantizeRealize(config, note),
    foldConstant,
  ];
}

/**
 * The network in integers where possible: convolutions in 8 bits, their sums in 32.
 * @throws UsageError for invalid settings, or a network that cannot be quantized.
 */
export function quantize(func: Func, options: QuantizeOptions = {}): Func {
  const { dataset, watch, watchValues, ...settings } = options;
  const values = new QuantizedValues(func);
  const note: NoteIntegers = (call, integers, step) => values.add(call, integers, step);
  const passes = quantizePasses(quantizeConfig(settings), dataset, note);
  const quantized = runRelayPasses(passes, func, watch);
  watchValues?.(values);
  return quantized;
}
