/** The error of a quantized network's integers compared with the float network, layer by layer. */

import { bindInputs, evaluate } from "../evaluate";
import { Tuple, type Call, type Expr, type Func } from "../relay-expr";
import type { HostTensor } from "../host-tensor";
import { ops } from "../passes/shorthand";
import { rewriteGraph } from "../visit";

/** The error of a layer. */
export interface LayerAccuracy {
  /** The layer's node in the file: `node 'conv3' (Conv)`. */
  readonly layer: string;
  readonly shape: readonly number[];
  /** The value of one step of the integers. */
  readonly step: number;
  /** Signal-to-quantization-noise ratio in decibels; infinite without differences. */
  readonly sqnr: number;
  /** The largest difference, in the float network's units. */
  readonly maxError: number;
  /** The fraction of the values that are out of the integers' range. */
  readonly saturated: number;
  /** Histogram of differences by their size in steps: below 1/2, 1, 2, 4, ... and above. */
  readonly histogram: readonly number[];
}

/** The upper ends of the histogram's bins but the last, in steps. */
export const ERROR_BINS = [0.5, 1, 2, 4, 8, 16] as const;

/** The largest magnitude of 8-bit integers. */
const LIMIT = 127;

interface QuantizedValue {
  readonly call: Call;
  readonly integers: Expr;
  readonly step: number;
}

/** Maps results of the float network to the integers that represent them. */
export class QuantizedValues {
  private readonly layers = new Map<string, QuantizedValue>();

  constructor(private readonly func: Func) {}

  /**
   * Records that `integers` times `step` represent the result of `call`; the last call of a layer
   * counts.
   */
  add(call: Call, integers: Expr, step: number): void {
    // Only values that are narrowed to 8 bits are inputs of the next layer.
    if (call.op !== ops.simulatedQuantize && call.op !== ops.castHint) return;
    if (call.args[0]!.kind === "constant") return;
    const layer = layerOf(call);
    if (layer !== undefined) this.layers.set(layer, { call, integers, step });
  }

  /**
   * Computes the network in float and in integers, and compares them.
   * @returns the layers, the worst first
   * @throws UsageError for inputs that do not match the network's.
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

/** Operators that determine a layer's name. */
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

/** Whether an expression is a weight, quantized or not. */
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
