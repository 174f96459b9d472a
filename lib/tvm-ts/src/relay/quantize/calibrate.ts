/**
 * Determines the scale and the limits of every simulated quantization, and inserts them as
 * constants.
 */

import { UsageError } from "../../support";
import { bindInputs, evaluate } from "../evaluate";
import { constant, Tuple, type Call, type Expr, type Func } from "../relay-expr";
import type { HostTensor } from "../host-tensor";
import { ops } from "../passes/shorthand";
import type { RelayPass } from "../passes/relay-pass";
import { allExprs, rewriteBody } from "../visit";
import { QuantizeKind, stepsOf, type QuantizeConfig } from "./config";
import { scaleByKlDivergence } from "./kl-divergence";

/** Representative inputs: for each batch, the values of the network's inputs by name. */
export type Dataset = readonly Readonly<Record<string, HostTensor>>[];

const PERCENTILE = 0.99999;

export function quantizeCalibrate(config: QuantizeConfig, dataset: Dataset = []): RelayPass {
  return {
    name: "QuantizeCalibrate",
    doc: "determines the scale and the limits of every simulated quantization",
    run(func) {
      const calls = allExprs(func.body).filter(isSimulated);
      const scales = activationScales(func, calls, config, dataset);
      const values = new Map<Expr, Expr>();
      for (const simulated of calls) {
        const [data, step, low, high] = simulated.args as [Expr, Expr, Expr, Expr];
        const kind = simulated.attrs["kind"] as QuantizeKind;
        const scale =
          kind === QuantizeKind.weight ? weightScale(data, config) : scales.get(simulated)!;
        const steps = stepsOf(kind);
        values.set(step, constant(scale / steps, "float32"));
        values.set(low, constant(-(steps - 1), "float32"));
        values.set(high, constant(steps - 1, "float32"));
      }
      return rewriteBody(func, (before, rebuilt) => values.get(before) ?? rebuilt);
    },
  };
}

function isSimulated(expr: Expr): expr is Call {
  return expr.kind === "call" && expr.op === ops.simulatedQuantize;
}

/** The largest absolute weight, or the smallest power of two that is not smaller. */
function weightScale(data: Expr, config: QuantizeConfig): number {
  if (data.kind !== "constant")
    throw new UsageError("quantize-network", "only constant weights can be quantized");
  let most = 0;
  for (const value of data.value.data) most = Math.max(most, Math.abs(value));
  if (!Number.isFinite(most))
    throw new UsageError("quantize-network", "weights with NaN or infinities cannot be quantized");
  if (config.weightScale === "max") return most;
  return powerOfTwoAbove(most);
}

/**
 * The accelerator rescales by shifting, so ranges from data are rounded up to powers of two as
 * well.
 */
function powerOfTwoAbove(range: number): number {
  return range > 0 ? 2 ** Math.ceil(Math.log(range) / Math.log(2)) : 1;
}

function activationScales(
  func: Func,
  calls: readonly Call[],
  config: QuantizeConfig,
  dataset: Dataset,
): Map<Call, number> {
  const activations = calls.filter((simulated) => simulated.attrs["kind"] !== QuantizeKind.weight);
  if (config.calibrateMode === "global_scale") {
    return new Map(activations.map((simulated) => [simulated, config.globalScale]));
  }
  if (dataset.length === 0) {
    throw new UsageError(
      "quantize-network",
      `calibration by ${config.calibrateMode} needs data: pass a data set, or use global_scale`,
    );
  }
  const samples = collected(func, activations, dataset);
  return new Map(
    activations.map((simulated, i) => [
      simulated,
      powerOfTwoAbove(scaleOf(samples[i]!, config.calibrateMode)),
    ]),
  );
}

function scaleOf(sample: Float32Array, mode: QuantizeConfig["calibrateMode"]): number {
  switch (mode) {
    case "kl_divergence":
      return scaleByKlDivergence(sample);
    case "percentile": {
      const sizes = sample.map(Math.abs).sort();
      return sizes[Math.min(sizes.length - 1, Math.floor(sizes.length * PERCENTILE))]!;
    }
    default:
      return sample.reduce((most, value) => Math.max(most, Math.abs(value)), 0);
  }
}

/** The float values of the data set at each quantization. */
function collected(func: Func, calls: readonly Call[], dataset: Dataset): Float32Array[] {
  const isIdentity = new Map<Expr, Expr>();
  const float = rewriteBody(func, (before, rebuilt) => {
    if (!isSimulated(before)) return rebuilt;
    const [data] = (rebuilt as Call).args;
    isIdentity.set(before, data!);
    return data!;
  });
  const watched = new Tuple(calls.map((simulated) => isIdentity.get(simulated)!));
  const batches = dataset.map((inputs) => evaluate(watched, bindInputs(float, inputs)));
  return calls.map((_, i) => {
    const parts = batches.map((values) => values[i]!);
    const all = new Float32Array(parts.reduce((size, part) => size + part.size, 0));
    let at = 0;
    for (const part of parts) {
      all.set(part.data, at);
      at += part.size;
    }
    return all;
  });
}
