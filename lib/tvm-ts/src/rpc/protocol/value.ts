/**
 * The values of the protocol and its packed sequences: `i32 n, i32 typeCode[n]`, then each value by
 * its type. Arguments and results are encoded like this.
 */

import { assertNever, elementCount } from "../../support";
import { BadPacketError } from "../rpc-errors";
import type { ByteReader } from "./byte-reader";
import type { ByteWriter } from "./byte-writer";
import { WireTypeCode } from "./codes";

/** An element type in DLPack's encoding: code 0 int, 1 uint, 2 float, 3 handle, 4 bfloat. */
export interface WireDataType {
  readonly code: number;
  readonly bits: number;
  readonly lanes: number;
}

/** A device with its DLPack type: 1 cpu, 12 ext_dev. */
export interface WireDevice {
  readonly type: number;
  readonly id: number;
}

/** An array in the server's memory: row-major, `byteOffset` bytes after the address `data`. */
export interface WireTensor {
  readonly data: bigint;
  readonly device: WireDevice;
  readonly dtype: WireDataType;
  readonly shape: readonly number[];
  readonly byteOffset: bigint;
}

export type WireValue =
  | { readonly kind: "int"; readonly value: bigint }
  | { readonly kind: "uint"; readonly value: bigint }
  | { readonly kind: "float"; readonly value: number }
  | { readonly kind: "null" }
  | { readonly kind: "dtype"; readonly value: WireDataType }
  | { readonly kind: "device"; readonly value: WireDevice }
  | { readonly kind: "tensor"; readonly value: WireTensor }
  | { readonly kind: "opaque"; readonly handle: bigint }
  | { readonly kind: "module"; readonly handle: bigint }
  | { readonly kind: "func"; readonly handle: bigint }
  | { readonly kind: "str"; readonly value: string }
  | { readonly kind: "bytes"; readonly value: Uint8Array };

const CODE = {
  int: WireTypeCode.Int,
  uint: WireTypeCode.UInt,
  float: WireTypeCode.Float,
  null: WireTypeCode.Null,
  dtype: WireTypeCode.DataType,
  device: WireTypeCode.Device,
  tensor: WireTypeCode.DLTensor,
  opaque: WireTypeCode.Opaque,
  module: WireTypeCode.Module,
  func: WireTypeCode.Func,
  str: WireTypeCode.Str,
  bytes: WireTypeCode.Bytes,
} as const satisfies Record<WireValue["kind"], WireTypeCode>;

/** Writes a packed sequence; the caller may write the bytes of the last value. */
export function writeValues(writer: ByteWriter, values: readonly WireValue[]): void {
  writer.i32(values.length);
  for (const { kind } of values) writer.i32(CODE[kind]);
  for (const value of values) writeValue(writer, value);
}

/** Reads a packed sequence. */
export function readValues(reader: ByteReader): WireValue[] {
  const count = reader.count(
    "values",
    reader.i32("the number of its values"),
    reader.limits.values,
    4,
  );
  const codes = Array.from({ length: count }, () => reader.i32("the type of a value"));
  return codes.map((code) => readValue(reader, code));
}

function writeValue(writer: ByteWriter, value: WireValue): void {
  switch (value.kind) {
    case "int":
      writer.i64(value.value);
      return;
    case "uint":
      writer.u64(value.value);
      return;
    case "float":
      writer.f64(value.value);
      return;
    case "null":
      return;
    case "dtype":
      writeDataType(writer, value.value);
      writer.i32(0);
      return;
    case "device":
      writeDevice(writer, value.value);
      return;
    case "tensor":
      writeTensor(writer, value.value);
      return;
    case "opaque":
    case "module":
    case "func":
      writer.u64(value.handle);
      return;
    case "str":
      writer.string(value.value);
      return;
    case "bytes":
      writer.u64(BigInt(value.value.byteLength)).bytes(value.value);
      return;
    default:
      assertNever(value);
  }
}

function readValue(reader: ByteReader, code: number): WireValue {
  switch (code) {
    case WireTypeCode.Int:
      return { kind: "int", value: reader.i64("an integer") };
    case WireTypeCode.UInt:
      return { kind: "uint", value: reader.u64("an integer") };
    case WireTypeCode.Float:
      return { kind: "float", value: reader.f64("a number") };
    case WireTypeCode.Null:
      return { kind: "null" };
    case WireTypeCode.DataType: {
      const value = readDataType(reader);
      reader.i32("the padding of a data type");
      return { kind: "dtype", value };
    }
    case WireTypeCode.Device:
      return { kind: "device", value: readDevice(reader) };
    case WireTypeCode.DLTensor:
      return { kind: "tensor", value: readWireTensor(reader) };
    case WireTypeCode.Opaque:
      return { kind: "opaque", handle: reader.u64("a handle") };
    case WireTypeCode.Module:
      return { kind: "module", handle: reader.u64("a handle") };
    case WireTypeCode.Func:
      return { kind: "func", handle: reader.u64("a handle") };
    case WireTypeCode.Str:
      return { kind: "str", value: reader.string("a string") };
    case WireTypeCode.Bytes: {
      const length = reader.u64("the length of a byte string");
      const count = reader.count("bytes", length, reader.limits.packetBytes, 1);
      return { kind: "bytes", value: reader.bytes(count, "a byte string") };
    }
    default:
      throw new BadPacketError(`a packet has a value of the unknown type ${code}`);
  }
}

function writeDataType(writer: ByteWriter, { code, bits, lanes }: WireDataType): void {
  writer.u8(code).u8(bits).u16(lanes);
}

function readDataType(reader: ByteReader): WireDataType {
  return {
    code: reader.u8("a data type"),
    bits: reader.u8("a data type"),
    lanes: reader.u16("a data type"),
  };
}

function writeDevice(writer: ByteWriter, { type, id }: WireDevice): void {
  writer.i32(type).i32(id);
}

function readDevice(reader: ByteReader): WireDevice {
  return { type: reader.i32("a device"), id: reader.i32("a device") };
}

export function writeTensor(writer: ByteWriter, tensor: WireTensor): void {
  writer.u64(tensor.data);
  writeDevice(writer, tensor.device);
  writer.i32(tensor.shape.length);
  writeDataType(writer, tensor.dtype);
  for (const length of tensor.shape) writer.i64(BigInt(length));
  writer.u64(tensor.byteOffset);
}

export function readWireTensor(reader: ByteReader): WireTensor {
  const data = reader.u64("an array's handle");
  const device = readDevice(reader);
  const rank = reader.i32("an array's number of dimensions");
  const dtype = readDataType(reader);
  const count = reader.count("dimensions", rank, reader.limits.dimensions, 8);
  const shape = Array.from({ length: count }, () => {
    const length = reader.i64("an array's shape");
    if (length >= 0n && length <= BigInt(Number.MAX_SAFE_INTEGER)) return Number(length);
    throw new BadPacketError(`a packet has an array with a dimension of ${length} elements`);
  });
  return { data, device, dtype, shape, byteOffset: reader.u64("an array's offset") };
}

/**
 * Bytes that an array's elements take.
 * @throws BadPacketError when the number is not exact.
 */
export function tensorBytes({ shape, dtype }: WireTensor): number {
  const elements = elementCount(shape);
  const bytes = elements * Math.ceil((dtype.bits * dtype.lanes) / 8);
  if (Number.isSafeInteger(bytes)) return bytes;
  throw new BadPacketError(`an array of shape [${shape.join(", ")}] is too large`);
}
