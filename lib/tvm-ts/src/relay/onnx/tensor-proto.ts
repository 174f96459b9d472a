/** Reads tensors of ONNX files. */

import type { ScalarType } from "../../ir";
import { UsageError } from "../../support";
import { exactNumber, HostTensor, numbers } from "../host-tensor";
import { sizeOf } from "../type";
import type { TensorProto } from "./messages";

/** ONNX's numbers for element types. */
const ELEMENT_TYPES: Readonly<Record<number, ScalarType>> = {
  1: "float32",
  2: "uint8",
  3: "int8",
  4: "uint16",
  5: "int16",
  6: "int32",
  7: "int64",
  9: "bool",
  10: "float16",
  11: "float64",
  12: "uint32",
  13: "uint64",
};

/** @throws UsageError for unsupported types. */
export function onnxElementType(code: number, what: string): ScalarType {
  const dtype = ELEMENT_TYPES[code];
  if (dtype === undefined) {
    const supported = Object.entries(ELEMENT_TYPES).map(([number, name]) => `${number} (${name})`);
    throw new UsageError(
      "onnx-node",
      `${what} has elements of ONNX type ${code}; supported are ${supported.join(", ")}`,
    );
  }
  return dtype;
}

/** @throws UsageError when the tensor is damaged, or stored in another file. */
export function readTensorProto(proto: TensorProto, what = `tensor '${proto.name}'`): HostTensor {
  const dtype = onnxElementType(proto.dataType, what);
  const shape = proto.dims.map((dim) => {
    const length = exactNumber(dim);
    if (length < 0)
      throw new UsageError("onnx-node", `${what} has a dimension of length ${length}`);
    return length;
  });
  if (proto.dataLocation === 1) {
    throw new UsageError(
      "onnx-file",
      `${what} is stored in another file; save the network with its weights inside the ONNX file`,
    );
  }
  try {
    if (proto.rawData.length > 0 || sizeOf(shape) === 0) {
      return HostTensor.fromBytes(proto.rawData, shape, dtype);
    }
    return HostTensor.of(listedValues(proto, dtype), shape, dtype);
  } catch (error) {
    if (!(error instanceof UsageError)) throw error;
    throw new UsageError(error.code, `${what}: ${error.sentence}`, { cause: error });
  }
}

/** Values of tensors that are not stored as bytes; the type determines the list. */
function listedValues(proto: TensorProto, dtype: ScalarType): number[] {
  switch (dtype) {
    case "float32":
      return proto.floatData;
    case "float64":
      return proto.doubleData;
    case "int64":
      return numbers(proto.int64Data);
    case "uint32":
    case "uint64":
      return numbers(proto.uint64Data);
    case "float16":
      return Array.from(
        HostTensor.fromBytes(
          new Uint8Array(Uint16Array.from(proto.int32Data).buffer),
          [proto.int32Data.length],
          "float16",
        ).data,
      );
    default:
      return proto.int32Data;
  }
}
