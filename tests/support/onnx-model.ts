/** Small ONNX files, made from nodes and weights. */

import { create, toBinary } from "@bufbuild/protobuf";
import {
  AttributeProto_AttributeType as Type,
  ModelProtoSchema,
} from "../../lib/tvm-ts/src/relay/onnx/messages";
import { sizeOf } from "../../lib/tvm-ts/src/relay";

export interface ModelNode {
  readonly op: string;
  readonly inputs: readonly string[];
  readonly output: string;
  readonly attrs?: Readonly<Record<string, number | string | readonly number[]>>;
}

export interface ModelWeight {
  readonly shape: readonly number[];
  /** Floats, or 64-bit integers as bigints. */
  readonly values: readonly number[] | Float32Array | readonly bigint[];
}

export interface SmallModel {
  readonly inputs: Readonly<Record<string, readonly number[]>>;
  readonly nodes: readonly ModelNode[];
  readonly weights?: Readonly<Record<string, ModelWeight>>;
  readonly outputs?: readonly string[];
  readonly opset?: number;
}

const FLOAT = 1;
const INT64 = 7;

export function onnxModel({
  inputs,
  nodes,
  weights = {},
  outputs,
  opset = 13,
}: SmallModel): Uint8Array {
  const model = create(ModelProtoSchema, {
    irVersion: 8n,
    opsetImport: [{ domain: "", version: BigInt(opset) }],
    graph: {
      name: "test",
      node: nodes.map((node) => ({
        opType: node.op,
        name: node.output,
        input: [...node.inputs],
        output: [node.output],
        attribute: Object.entries(node.attrs ?? {}).map(([name, value]) => {
          if (typeof value === "string") {
            return { name, type: Type.STRING, s: new TextEncoder().encode(value) };
          }
          if (typeof value !== "number") {
            return { name, type: Type.INTS, ints: value.map(BigInt) };
          }
          return Number.isInteger(value)
            ? { name, type: Type.INT, i: BigInt(value), f: value }
            : { name, type: Type.FLOAT, f: value };
        }),
      })),
      initializer: Object.entries(weights).map(([name, { shape, values }]) => {
        const dims = shape.map(BigInt);
        if (typeof values[0] === "bigint") {
          return { name, dims, dataType: INT64, int64Data: [...(values as bigint[])] };
        }
        const { buffer } = Float32Array.from(values as number[]);
        return { name, dims, dataType: FLOAT, rawData: new Uint8Array(buffer) };
      }),
      input: Object.entries(inputs).map(([name, shape]) => ({
        name,
        type: {
          tensorType: {
            elemType: FLOAT,
            shape: { dim: shape.map((length) => ({ dimValue: BigInt(length) })) },
          },
        },
      })),
      output: (outputs ?? [nodes.at(-1)!.output]).map((name) => ({ name })),
    },
  });
  return toBinary(ModelProtoSchema, model);
}

/** Repeatable weights in `[-1, 1)`, multiples of 1/64. */
export function weight(shape: readonly number[], seed = 1): ModelWeight {
  const values = Array.from({ length: sizeOf(shape) }, (_, i) => {
    let x = (Math.imul(i + 1, 2654435761) + Math.imul(seed, 40503)) >>> 0;
    x = Math.imul(x ^ (x >>> 15), 2246822519) >>> 0;
    return (((x ^ (x >>> 13)) >>> 0) % 128) / 64 - 1;
  });
  return { shape, values };
}
