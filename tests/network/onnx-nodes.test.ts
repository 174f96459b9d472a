/**
 * ONNX's tests of single operators, from the `onnx` package: the importer reads each model
and the host computes the expected output. Cases that are left out are listed here, with the reason.
 */

import { fromBinary } from "@bufbuild/protobuf";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import * as relay from "../../lib/tvm-ts/src/relay";
import { readTensorProto } from "../../lib/tvm-ts/src/relay/onnx";
import {
  ModelProtoSchema,
  TensorProtoSchema,
  type GraphProto,
} from "../../lib/tvm-ts/src/relay/onnx/messages";
import { preparePython } from "../support/jupyter-env";
import { closeTo } from "../support/networks";
import { runPython } from "../support/onnx-python";

interface Case {
  readonly name: string;
  readonly operator: string;
  readonly model: string;
  readonly inputs: readonly (string | null)[];
  readonly outputs: readonly (string | null)[];
  readonly rtol: number;
  readonly atol: number;
}

/** Cases that are not computed, with the reason that the importer gives. */
const REFUSED: readonly (readonly [cases: RegExp, reason: RegExp])[] = [
  [/^test_batchnorm_.*training_mode/, /training_mode is on/],
  [/^test_training_dropout/, /in training mode/],
  [/^test_identity_(sequence|opt)/, /is not a tensor/],
  [/^test_maxpool_with_argmax/, /indices of the maxima/],
  [/^test_wrap_pad/, /mode 'wrap'/],
  [/^test_resize_.*(linear|cubic|crop_and_resize)/, /must be 'nearest'/],
  [/^test_(de)?quantizelinear_.*(e4m3|e5m2|int2|int4|float4)/, /ONNX type/],
  [/^test_(de)?quantizelinear_blocked/, /block-wise scales/],
];

/** Inputs that determine shapes: they must be known when the network is imported. */
const FIXED: Readonly<Record<string, readonly number[]>> = {
  ConstantOfShape: [0],
  Dropout: [1, 2],
  Pad: [1, 2, 3],
  Reshape: [1],
  Resize: [1, 2, 3],
  Squeeze: [1],
  Unsqueeze: [1],
};

const here = new URL(".", import.meta.url).pathname;
let cases: Case[];

beforeAll(() => {
  preparePython(join(here, "requirements.txt"));
  const folder = runPython(join(here, "node-cases.py"), relay.knownOnnxOperators());
  cases = JSON.parse(readFileSync(join(folder, "cases.json"), "utf8")) as Case[];
}, 600_000);

const bytes = (text: string): Uint8Array => new Uint8Array(Buffer.from(text, "base64"));

function run({ model, operator, inputs, outputs }: Case): {
  results: relay.HostTensor[];
  wanted: (relay.HostTensor | undefined)[];
} {
  const tensor = (text: string | null): relay.HostTensor | undefined =>
    text === null ? undefined : readTensorProto(fromBinary(TensorProtoSchema, bytes(text)));
  const values = inputs.map((text) => tensor(text)!);
  const names = inputNames(bytes(model));
  const entries = names.map((name, i) => [name, values[i]!] as const);
  const isFixed = (i: number): boolean =>
    FIXED[operator]?.includes(position(bytes(model), names[i]!)) ?? false;
  const fixed = Object.fromEntries(entries.filter((_, i) => isFixed(i)));
  const fed = Object.fromEntries(entries.filter((_, i) => !isFixed(i)));
  const { func } = relay.fromOnnx(bytes(model), { fixed });
  return { results: relay.evaluateFunc(func, fed), wanted: outputs.map(tensor) };
}

function graphOf(model: Uint8Array): GraphProto {
  return fromBinary(ModelProtoSchema, model).graph!;
}

function inputNames(model: Uint8Array): string[] {
  return graphOf(model)
    .input.map((input) => input.name)
    .filter((name) => name !== "");
}

/** The node's input that corresponds to a network's input. */
function position(model: Uint8Array, name: string): number {
  return graphOf(model).node[0]!.input.indexOf(name);
}

test("the operators that are imported pass ONNX's tests of them", () => {
  const failures: string[] = [];
  let passed = 0;
  for (const one of cases) {
    const refusal = REFUSED.find(([names]) => names.test(one.name));
    try {
      const { results, wanted } = run(one);
      if (refusal !== undefined) failures.push(`${one.name}: expected to be refused`);
      wanted.forEach((want, i) => {
        if (want === undefined) return;
        const difference = closeTo(results[i]!, want, one.rtol, one.atol);
        if (difference !== undefined) throw new Error(difference);
      });
      passed++;
    } catch (error) {
      const message = error instanceof Error ? error.message.split("\n")[0]! : String(error);
      if (refusal?.[1].test(message) !== true) failures.push(`${one.name}: ${message}`);
    }
  }
  expect(failures).toEqual([]);
  expect(passed).toBeGreaterThan(200);
}, 120_000);
