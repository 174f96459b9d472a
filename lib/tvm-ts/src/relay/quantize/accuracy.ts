/** How far the integers of a quantized network are from the floats that they stand for, layer by layer. */

import { bindInputs, evaluate } from "../evaluate";
import { Tuple, type Call, type Expr, type Func } from "../relay-expr";
import type { HostTensor } from "../host-tensor";
import { ops } from "../passes/shorthand";
import { rewriteGraph } from "../visit";

/** One layer's integers beside its floats. */
export interface LayerAccuracy {
  /** The node of the file: `node 'conv3' (Conv)`. */
  readonly layer: string;
  readonly shape: readonly number[];
  /** What one step of the integers stands for. */
  readonly step: number;
  /** Signal to quantization noise in decibels; infinite where nothing differs. */
  readonly sqnr: number;
  /** The largest difference, in the network's own numbers. */
  readonly maxError: number;
  /** The part of the values that the integers cannot reach. */
  readonly saturated: number;
  /** How many differences there are by their size in steps: below 1/2, 1, 2, 4, ... and above. */
  readonly histogram: readonly number[];
}

/** The upper ends of the histogram's bins but the last, in steps. */
export const ERROR_BINS = [0.5, 1, 2, 4, 8, 16] as const;

/** 8-bit integers are limited to this size. */
const LIMIT = 127;

interface QuantizedValue {
  readonly call: Call;
  readonly integers: Expr;
  readonly step: number;
}

/** Which integers stand for which results of a network. */
export class QuantizedValues {
  private readonly layers = new Map<string, QuantizedValue>();

  constructor(private readonly func: Func) {}

  /** Notes that `integers`, times `step`, stand for the result of `call`; of a layer the last counts. */
  add(call: Call, integers: Expr, step: number): void {
    // What is narrowed to 8 bits is what the next layer sees.
    if (call.op !== ops.simulatedQuantize && call.op !== ops.castHint) return;
    if (call.args[0]!.kind === "constant") return;
    const layer = layerOf(call);
    if (layer !== undefined) this.layers.set(layer, { call, integers, step });
  }

  /**
   * Computes the network in float and in integers, and compares them.
   * @returns the layers, the worst first
   * @throws UsageError for inputs that do not fit.
   */
  accuracy(inputs: Readonly<Record<string, HostTensor>>): LayerAccuracy[] {
    const values = [...this.layers.values()];
    const bound = bindInputs(this.func, inputs);
    const floats = evaluate(withoutQuantization(new Tuple(values.map(({ call }) => call))), bound);
    const integers = evaluate(new Tuple(values.map((value) => value.integers)), bound);
    return [...this.layers.keys()]
      .map((layer, i) => compared(layer, floats[i]!, integers[i]!, values[i]!.step))
      .sort((a, b) => a.sqnr - b.sqnr);
  }
}

function withoutQuantization(expr: Expr): Expr {
  return rewriteGraph(expr, (before, rebuilt) =>
    before.kind === "call" && before.op === ops.simulatedQuantize
      ? (rebuilt as Call).args[0]!
      : rebuilt,
  );
}

/** Operators that a layer is named after. */
const NAMING = new Set(["nn.conv2d", "nn.dense", "nn.max_pool2d", "nn.avg_pool2d", "concatenate"]);

/** The node that computes a value: a convolution, or the addition of two paths. */
function layerOf(value: Call): string | undefined {
  let expr: Expr | undefined = value;
  while (expr?.kind === "call" && expr.op.kind === "op") {
    const { name } = expr.op;
    const joins = name === "add" && !expr.args.some(isKnown);
    if (NAMING.has(name) || joins) return expr.origin;
    expr = expr.args[0];
  }
  return undefined;
}

/** Weights, and weights that are to be quantized. */
function isKnown(expr: Expr): boolean {
  if (expr.kind !== "call") return expr.kind === "constant";
  return expr.op === ops.simulatedQuantize && isKnown(expr.args[0]!);
}

function compared(
  layer: string,
  floats: HostTensor,
  integers: HostTensor,
  step: number,
): LayerAccuracy {
  const histogram = [...ERROR_BINS, 0].map(() => 0);
  let signal = 0;
  let noise = 0;
  let maxError = 0;
  let saturated = 0;
  for (let i = 0; i < floats.size; i++) {
    const float = floats.data[i]!;
    const error = Math.abs(float - integers.data[i]! * step);
    signal += float * float;
    noise += error * error;
    maxError = Math.max(maxError, error);
    if (Math.abs(float) > (LIMIT + 0.5) * step) saturated++;
    const bin = ERROR_BINS.findIndex((end) => error < end * step);
    histogram[bin < 0 ? ERROR_BINS.length : bin]!++;
  }
  return {
    layer,
    shape: floats.shape,
    step,
    sqnr: noise === 0 ? Infinity : 10 * Math.log10(signal / noise),
    maxError,
    saturated: saturated / floats.size,
    histogram,
  };
}
