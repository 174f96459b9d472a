/**
 * The networks in the `onnx` package, in float: importing and computing them gives the outputs
recorded there. Their weights are all equal; their shapes are those of the real networks.
 */

import { fromBinary } from "@bufbuild/protobuf";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import * as relay from "../../lib/tvm-ts/src/relay";
import { readTensorProto } from "../../lib/tvm-ts/src/relay/onnx";
import { TensorProtoSchema } from "../../lib/tvm-ts/src/relay/onnx/messages";
import { preparePython } from "../support/jupyter-env";
import { closeTo } from "../support/networks";
import { runPython } from "../support/onnx-python";

const NETWORKS = ["squeezenet", "resnet50", "densenet121", "vgg19", "inception_v1", "shufflenet"];
const here = new URL(".", import.meta.url).pathname;
let folder: string;

beforeAll(() => {
  preparePython(join(here, "requirements.txt"));
  folder = runPython(join(here, "light-networks.py"), NETWORKS);
}, 600_000);

const file = (name: string): Uint8Array => new Uint8Array(readFileSync(join(folder, name)));
const tensor = (name: string): relay.HostTensor =>
  readTensorProto(fromBinary(TensorProtoSchema, file(name)));

test.each(NETWORKS)(
  "%s computes its recorded output",
  (name) => {
    const { func, problems } = relay.fromOnnx(file(`${name}.onnx`));
    expect(problems).toEqual([]);
    const [result] = relay.evaluateFunc(func, {
      [func.params[0]!.name]: tensor(`${name}.input.pb`),
    });
    // ONNX's own runner allows 2e-3.
    expect(closeTo(result!, tensor(`${name}.output.pb`), 1e-3, 1e-7)).toBeUndefined();
  },
  120_000,
);
