/**
 * The boxes of a network: its functions, or before it is built its operators with their elementwise
 * epilogues.
 */

import { relay } from "tvm-ts";
import {
  Network,
  RunnableNetwork,
  type LayerCost,
  type NetworkAccuracy,
  type NetworkCosts,
  type NetworkInputs,
} from "../graph";
import type { MeasuredValues } from "./network-colors";
import type { GraphMeasure, GraphNodeFact } from "./network-graph";
import { configurationText, layerText, ERROR_FREE_DECIBELS } from "./network-text";
import { bytesText, countText, percentText } from "./number-text";

export interface NetworkGraphOptions {
  /** What `costs()` gave, for cycles, bytes and configurations. */
  readonly costs?: NetworkCosts;
  /** What `accuracy()` gave, for errors. */
  readonly accuracy?: NetworkAccuracy;
  /** Values for its inputs, so that a box opened in JupyterLab shows its tensors. */
  readonly inputs?: NetworkInputs;
  /** The initial measure of the colours; cycles if known, else the device. */
  readonly color?: GraphMeasure;
}

/** A box before layout. */
export interface Box {
  readonly call: relay.Expr;
  /** For a block, the calls before its last. */
  readonly inside?: readonly relay.Expr[];
  readonly cost?: LayerCost | undefined;
  readonly label: string;
  readonly operators: readonly string[];
  readonly device: GraphNodeFact["device"];
  readonly facts: readonly (readonly [string, string])[];
  /** The known measures that can colour it; `error` is the noise in decibels. */
  readonly values: MeasuredValues;
  readonly inputs: readonly relay.Expr[];
}

/** A box for each input, then one for each function or group of operators, in the order in which they run. */
export function networkBoxes(
  network: Network | RunnableNetwork,
  { costs, accuracy }: NetworkGraphOptions,
): readonly Box[] {
  const errors = new Map(accuracy?.layers.map((layer) => [layer.layer, layer]));
  return network instanceof RunnableNetwork
    ? functionBoxes(network, costs?.layers ?? [], errors)
    : operatorBoxes(network.func, errors);
}

export const valueTypeText = (type: relay.Type): string =>
  type.kind === "tensor" ? `${type.shape.join(" x ") || "scalar"}, ${type.dtype}` : String(type);

function inputBox(param: relay.Var): Box {
  const facts: [string, string][] = [["type", valueTypeText(param.type)]];
  const { name: label } = param;
  return { call: param, label, operators: [], device: "input", facts, values: {}, inputs: [] };
}

type Errors = ReadonlyMap<string, relay.LayerAccuracy>;

function errorFacts(layer: relay.LayerAccuracy | undefined): (readonly [string, string])[] {
  if (layer === undefined) return [];
  const { sqnr, maxError, step, saturated } = layer;
  return [
    ["SQNR", Number.isFinite(sqnr) ? `${sqnr.toFixed(1)} dB` : "exact"],
    ["largest error", `${(maxError / step).toFixed(1)} steps`],
    ["out of range", percentText(saturated, 1)],
  ];
}

function functionBoxes(
  network: RunnableNetwork,
  costs: readonly LayerCost[],
  errors: Errors,
): Box[] {
  const { func } = network.built;
  const calls = relay.fusedCalls(func);
  const boxes = calls.map(({ call }, i): Box => {
    const { device, func: body, name } = network.functions[i]!;
    const cost = costs[i];
    const origins = originsOf(body);
    const layer = cost?.layer ?? origins[0] ?? name;
    const error = origins.map((origin) => errors.get(origin)).find((one) => one !== undefined);
    const profile = cost?.profile;
    return {
      call,
      cost,
      label: layerText(layer),
      operators: operatorNames(body.body),
      device,
      facts: [
        ["function", name],
        ["result", valueTypeText(call.type)],
        ...(cost === undefined || cost.macs === 0
          ? []
          : [["multiply-adds", countText(cost.macs)] as const]),
        ...(profile === undefined
          ? []
          : ([
              ["cycles", countText(profile.cycles)],
              ["bytes", bytesText(profile.totalBytes)],
              ["configuration", `${configurationText(cost!)} (${cost!.configuration!.from})`],
            ] as const)),
        ...errorFacts(error),
      ],
      values: {
        ...(profile && { cycles: profile.cycles, bytes: profile.totalBytes }),
        ...(error && { error: -finite(error.sqnr) }),
      },
      inputs: call.args,
    };
  });
  return [...func.params.map(inputBox), ...boxes];
}

const finite = (sqnr: number): number => Math.min(sqnr, ERROR_FREE_DECIBELS);

function originsOf(func: relay.Func): string[] {
  return relay
    .allExprs(func.body)
    .flatMap((expr) => (expr.kind === "call" && expr.origin !== undefined ? [expr.origin] : []));
}

/** Marks between passes compute nothing. */
const isVisible = (operator: string): boolean => !operator.startsWith("annotation.");

function operatorNames(expr: relay.Expr): string[] {
  return relay
    .allExprs(expr)
    .flatMap((one) => (one.kind === "call" && one.op.kind === "op" ? [one.op.name] : []));
}

/** An operator with the elementwise operators after it that have no other input. */
function operatorBoxes(func: relay.Func, errors: Errors): Box[] {
  const readers = relay.countReaders(func.body);
  const calls = relay
    .allExprs(func.body)
    .filter((expr) => expr.kind === "call")
    .filter((call) => !call.args.every((arg) => arg.kind === "constant"));
  const boxOf = new Map<relay.Expr, { calls: relay.Call[] }>();
  const groups: { calls: relay.Call[] }[] = [];
  for (const call of calls) {
    const inputs = call.args.filter((arg) => arg.kind !== "constant");
    const before = inputs.length === 1 ? boxOf.get(inputs[0]!) : undefined;
    const pattern = (call.op as relay.Op).pattern;
    const joins = pattern <= relay.OpPattern.broadcast && readers.get(inputs[0]!) === 1;
    const group = before !== undefined && joins ? before : { calls: [] };
    if (group !== before) groups.push(group);
    group.calls.push(call);
    boxOf.set(call, group);
  }
  const boxes = groups.map(({ calls: own }): Box => {
    const [first] = own as [relay.Call];
    const last = own.at(-1)!;
    const layer = own.find(({ origin }) => origin !== undefined)?.origin;
    const error = own.map(({ origin }) => errors.get(origin ?? "")).find((one) => one);
    const names = own.map(({ op }) => (op as relay.Op).name).filter(isVisible);
    const name = names[0] ?? (first.op as relay.Op).name;
    return {
      call: last,
      label: layer === undefined ? name : layerText(layer),
      operators: names,
      device: "host",
      facts: [["result", valueTypeText(last.type)], ...errorFacts(error)],
      values: error === undefined ? {} : { error: -finite(error.sqnr) },
      inputs: own.flatMap(({ args }) => args).filter((arg) => !own.includes(arg as relay.Call)),
    };
  });
  return [...func.params.map(inputBox), ...boxes];
}
