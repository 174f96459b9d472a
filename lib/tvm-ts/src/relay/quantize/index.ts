/**
 * Quantization of networks to 8 bits, step by step: preparation, marking of borders, simulation,
 * calibration, and integer arithmetic in the end.
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

/** What makes a network simple enough to be quantized. */
export const prerequisitePasses: readonly RelayPass[] = [
  simplifyInference,
  foldConstant,
  backwardFoldScaleAxis,
  foldConstant,
  canonicalizeOps,
  foldConstant,
];

export interface QuantizeOptions extends Partial<QuantizeConfig> {
  /** What calibration looks at, for all modes but `global_scale`. */
  readonly dataset?: Dataset;
  /** Sees every step. */
  readonly watch?: (step: RelayStep) => void;
  /** Sees which integers stand for which floats, for comparing the two. */
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
 * The network in integers where it can be: convolutions in 8 bits, their sums in 32.
 * @throws UsageError for settings that make no sense, or a network that cannot be quantized.
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
