/** Checks whole networks: quantized, packed, run on the simulator. */

import { createHash } from "node:crypto";
import { existsSync, readFileSync } from "node:fs";
import { relay } from "tvm-ts";
import * as vta from "vta-ts";
import { inputValues } from "../support/golden-data";
import type { NetworkEntry, RecordedValue } from "./corpus";
import { firstDifference, type Report } from "./report";

/** Floats come from other instructions: they agree within this share of the largest value. */
const FLOAT_TOLERANCE = 1e-5;

export async function checkNetwork(entry: NetworkEntry, report: Report): Promise<void> {
  const { name, golden, path } = entry;
  const check = (
    what: string,
    body: () => string | undefined | Promise<string | undefined>,
  ): Promise<void> => report.check("networks", `${name} ${what}`, body);

  const network = vta.network.fromOnnx(new Uint8Array(readFileSync(`${path}.onnx`)));
  const input = relay.HostTensor.of(
    inputValues(relay.sizeOf(golden.input.shape), golden.input.fill).map(
      (value) => value * golden.input.times,
    ),
    golden.input.shape,
    "float32",
  );
  const inputs = { [Object.keys(network.inputs)[0]!]: input };
  await check("float", () => {
    const [logits] = relay.evaluateFunc(network.func, inputs);
    return valueDifference(logits!, golden.float);
  });

  const quantized = network.quantize({
    globalScale: golden.qconfig.global_scale,
    skipConvLayers: golden.qconfig.skip_conv_layers,
  });
  await check("quantized", () => firstDifference(golden.quantized, quantized.toString()));
  await check("constants", () => {
    const found = relay.allExprs(quantized.func.body).filter((expr) => expr.kind === "constant");
    return listDifference(
      found.map((expr) => ({ op: "constant", value: expr.value })),
      golden.constants.map((value) => ({ op: "constant", value })),
    );
  });
  await check("steps", () => stepsDifference(quantized.func, inputs, golden.steps));
  await check("int8", () => {
    const [logits] = relay.evaluateFunc(quantized.func, inputs);
    return valueDifference(logits!, golden.int8);
  });

  const packed = quantized.pack();
  await check("packed", () => firstDifference(golden.packed, packed.toString()));
  const built = packed.build({ knobsOf: () => ({}) });
  await check("functions", () =>
    firstDifference(
      golden.vta.functions.join("\n"),
      built.functions.map((one) => one.name).join("\n"),
    ),
  );
  await check("logits on the simulator", () => {
    vta.simulator.clearStats();
    const [logits] = built.built.run(inputs);
    return valueDifference(logits!, golden.int8);
  });
  await check("counters", () =>
    firstDifference(lines(golden.vta.stats), lines(vta.simulator.stats())),
  );
  await checkGraph(entry, built.built.func, check);
}

type Check = (what: string, body: () => string | undefined) => Promise<void>;

/** The graph executor's files, if there are any. Hashes of functions are specific to the reference. */
async function checkGraph({ path }: NetworkEntry, func: relay.Func, check: Check): Promise<void> {
  if (!existsSync(`${path}.graph.json`)) return;
  const ACCELERATOR = 12;
  const { graph, params } = relay.toGraphJson(func, ACCELERATOR);
  await check("graph", () => {
    const recorded = relay.readGraphJson(readFileSync(`${path}.graph.json`, "utf8"));
    const comparable = (one: relay.GraphJson): string =>
      JSON.stringify(one, (key, value: unknown) => (key === "hash" ? undefined : sorted(value)), 1);
    return firstDifference(comparable(recorded), comparable(graph));
  });
  await check("params", () => {
    const bytes = new Uint8Array(readFileSync(`${path}.params`));
    const recorded = relay.readParams(bytes);
    const again = relay.readParams(relay.writeParams(recorded));
    const summary = (values: Readonly<Record<string, relay.HostTensor>>): string =>
      Object.keys(values)
        .sort()
        .map((name) => `${name} ${values[name]!.type} ${digest(values[name]!)}`)
        .join("\n");
    return (
      firstDifference(summary(recorded), summary(params)) ??
      firstDifference(summary(recorded), summary(again))
    );
  });
}

/** An object with its fields in alphabetical order. */
function sorted(value: unknown): unknown {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return value;
  return Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The reference ran the network operator by operator, after joining constants that are added. */
function stepsDifference(
  func: relay.Func,
  inputs: Readonly<Record<string, relay.HostTensor>>,
  recorded: NetworkEntry["golden"]["steps"],
): string | undefined {
  const found: { op: string; value: relay.HostTensor }[] = [];
  const simplified = relay.runRelayPasses([relay.simplifyExpr], func);
  relay.evaluateFunc(simplified, inputs, (call, value) => {
    const { name } = call.op as relay.Op;
    if (name === "annotation.stop_fusion") return;
    // A change of shape is not a step.
    const op = name === "nn.batch_flatten" ? "__nop" : name.replaceAll(".", "_");
    found.push({ op, value: value as relay.HostTensor });
  });
  const wanted = recorded.map((value) => ({ op: value.op.replace(/_\d+$/, ""), value }));
  return listDifference(found, wanted);
}

function listDifference(
  found: readonly { op: string; value: relay.HostTensor }[],
  wanted: readonly { op: string; value: RecordedValue }[],
): string | undefined {
  if (found.length !== wanted.length) return `${found.length} values instead of ${wanted.length}`;
  for (const [i, { op, value }] of found.entries()) {
    if (op !== wanted[i]!.op) return `step ${i} is ${op} instead of ${wanted[i]!.op}`;
    const difference = valueDifference(value, wanted[i]!.value);
    if (difference !== undefined) return `step ${i}, ${op}: ${difference}`;
  }
  return undefined;
}

function valueDifference(value: relay.HostTensor, recorded: RecordedValue): string | undefined {
  const type = `${value.dtype} [${value.shape.join(", ")}]`;
  const wantedType = `${recorded.dtype} [${recorded.shape.join(", ")}]`;
  if (type !== wantedType) return `${type} instead of ${wantedType}`;
  if (!value.dtype.startsWith("float")) {
    if (digest(value) === recorded.sha256) return undefined;
    return `other integers: ${value.data.slice(0, 8).join(", ")} instead of ${recorded.head.join(", ")}`;
  }
  const wanted = recorded.values ?? recorded.head;
  const largest = Math.max(...Array.from(value.data, Math.abs));
  for (const [i, want] of wanted.entries()) {
    const got = value.data[i]!;
    if (!(Math.abs(got - want) <= FLOAT_TOLERANCE * largest)) {
      return `element ${i} is ${got} instead of ${want}`;
    }
  }
  return undefined;
}

function digest(value: relay.HostTensor): string {
  return createHash("sha256").update(value.toBytes()).digest("hex");
}

function lines(record: object): string {
  return Object.entries(record)
    .map(([name, value]) => `${name} ${String(value)}`)
    .join("\n");
}
