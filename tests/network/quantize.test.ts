/** Quantization against what the reference made of five networks: texts and every operator's value. */

import { sha256 } from "@noble/hashes/sha2.js";
import { bytesToHex } from "@noble/hashes/utils.js";
import { expect, test } from "vitest";
import * as relay from "../../lib/tvm-ts/src/relay";
import {
  networkGolden,
  NETWORK_NAMES,
  onnxBytes,
  inputOf,
  type Recorded,
} from "../support/network-golden";

function digest(value: relay.HostTensor): string {
  return bytesToHex(sha256(value.toBytes()));
}

/** Integers exactly, floats within 1e-5 of the largest value. */
function expectRecorded(value: relay.HostTensor, recorded: Recorded, what: string): void {
  expect([what, value.dtype, [...value.shape]]).toEqual([what, recorded.dtype, recorded.shape]);
  if (!value.dtype.startsWith("float")) {
    expect([what, digest(value)]).toEqual([what, recorded.sha256]);
    return;
  }
  const wanted = recorded.values ?? recorded.head;
  const most = Math.max(...wanted.map(Math.abs), 1e-30);
  wanted.forEach((want, i) => {
    expect(Math.abs(value.data[i]! - want), `${what}[${i}]`).toBeLessThanOrEqual(1e-5 * most);
  });
}

test.each(NETWORK_NAMES)("%s in float computes the recorded logits", (name) => {
  const golden = networkGolden(name);
  const { func } = relay.fromOnnx(onnxBytes(name));
  const [logits] = relay.evaluateFunc(func, { data: inputOf(golden) });
  expectRecorded(logits!, golden.float, "float");
});

test.each(NETWORK_NAMES)("%s is quantized to the recorded text", (name) => {
  const golden = networkGolden(name);
  const { func } = relay.fromOnnx(onnxBytes(name));
  const quantized = relay.quantize(func, {
    globalScale: golden.qconfig.global_scale,
    skipConvLayers: golden.qconfig.skip_conv_layers,
  });
  expect(relay.printRelay(quantized)).toBe(golden.quantized);
  const constants = relay.allExprs(quantized.body).filter((expr) => expr.kind === "constant");
  expect(constants.length).toBe(golden.constants.length);
  constants.forEach((constant, i) => {
    expectRecorded(constant.value, golden.constants[i]!, `constant ${i}`);
  });
  const steps: [string, relay.HostTensor][] = [];
  // The reference ran it operator by operator after simplifying it.
  const simplified = relay.runRelayPasses([relay.simplifyExpr], quantized);
  const [logits] = relay.evaluateFunc(simplified, { data: inputOf(golden) }, (call, value) => {
    const op = call.op as relay.Op;
    if (op.name !== "annotation.stop_fusion") steps.push([op.name, value as relay.HostTensor]);
  });
  steps.forEach(([op, value], i) => {
    const recorded = golden.steps[i]!;
    const name = op === "nn.batch_flatten" ? "__nop" : op.replaceAll(".", "_");
    expect(recorded.op.replace(/_\d+$/, "")).toBe(name);
    expectRecorded(value, recorded, `step ${i}, ${op}`);
  });
  expect(steps.length).toBe(golden.steps.length);
  expectRecorded(logits!, golden.int8, "int8");
});
