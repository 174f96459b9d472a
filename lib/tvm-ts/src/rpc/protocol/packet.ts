/** Packets: `u64 bytes, i32 code, payload`, where the length counts code and payload. */

import { BadPacketError, ConnectionLostError } from "../rpc-errors";
import { ByteReader } from "./byte-reader";
import { ByteWriter } from "./byte-writer";
import { RpcCode } from "./codes";
import type { Limits } from "./limits";
import type { ByteStream } from "./transport";
import { readWireTensor, tensorBytes, writeValues, type WireTensor, type WireValue } from "./value";

/** The head of a packet. */
export interface PacketHead {
  readonly code: RpcCode;
  /** Bytes that follow. */
  readonly bytes: number;
}

/** The next packet's head; `undefined` when the other side closed. Empty packets are skipped. */
export async function readHead(
  stream: ByteStream,
  limits: Limits,
): Promise<PacketHead | undefined> {
  for (;;) {
    const head = await stream.read(8);
    if (head === undefined) return undefined;
    const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
    if (length === 0n) continue;
    if (length < 4n || length > limits.packetBytes) {
      throw new BadPacketError(
        `a packet has ${length} bytes; the limits are 4 to ${limits.packetBytes}`,
      );
    }
    const code = await stream.readInt32();
    if (code === undefined) return undefined;
    if (RpcCode[code] === undefined) {
      throw new BadPacketError(`a packet has the unknown code ${code}`);
    }
    return { code, bytes: Number(length) - 4 };
  }
}

/** The rest of a packet, after its head. @throws ConnectionLostError when the other side closed */
export async function readBody(
  stream: ByteStream,
  bytes: number,
  limits: Limits,
): Promise<ByteReader> {
  const body = await stream.read(bytes);
  if (body === undefined) throw new ConnectionLostError("the connection ended within a packet");
  return new ByteReader(body, limits);
}

/** The most bytes before the elements of a copy: the array's record and the size. */
const copyHeadBytes = (limits: Limits): number => 8 + 8 + 4 + 4 + 8 * limits.dimensions + 8 + 8;

/** The elements of an array, as they arrive. */
export interface IncomingCopy {
  readonly tensor: WireTensor;
  /** Passes them on piece by piece, with the number of bytes before each. */
  drain(take: (piece: Uint8Array, at: number) => void): Promise<void>;
}

/** Reads `CopyToRemote` up to its elements, so that large arrays are not buffered. */
export async function readCopy(
  stream: ByteStream,
  { bytes }: PacketHead,
  limits: Limits,
): Promise<IncomingCopy> {
  const read = Math.min(bytes, copyHeadBytes(limits));
  const head = await readBody(stream, read, limits);
  const tensor = readCopiedTensor(head);
  const first = head.bytes(head.remaining, "an array's elements");
  const rest = bytes - read;
  const size = tensorBytes(tensor);
  if (first.byteLength + rest !== size) {
    throw new BadPacketError(`a copy has ${first.byteLength + rest} bytes for an array of ${size}`);
  }
  return {
    tensor,
    async drain(take) {
      if (first.byteLength > 0) take(first, 0);
      await stream.drain(rest, (piece, at) => take(piece, first.byteLength + at));
    },
  };
}

/** The array of a copy and its size in bytes, which must match. */
export function readCopiedTensor(body: ByteReader): WireTensor {
  const tensor = readWireTensor(body);
  const bytes = body.u64("the size of a copy");
  const size = tensorBytes(tensor);
  if (BigInt(size) === bytes) return tensor;
  throw new BadPacketError(
    `a copy has ${bytes} bytes for an array of shape [${tensor.shape.join(", ")}], which has ${size}`,
  );
}

/** The head of a packet whose payload has `bytes` bytes. */
export function packetHead(code: RpcCode, bytes: number): Uint8Array {
  return new ByteWriter()
    .u64(BigInt(bytes + 4))
    .i32(code)
    .finish();
}

/**
 * The bytes of a packet.
 * @param fill writes the payload
 * @param tail bytes at its end that are sent without a copy
 */
export function packet(
  code: RpcCode,
  fill: (writer: ByteWriter) => void = () => undefined,
  tail: readonly Uint8Array[] = [],
): Uint8Array[] {
  const writer = new ByteWriter().u64(0n).i32(code);
  fill(writer);
  const head = writer.finish();
  const bytes = tail.reduce((sum, piece) => sum + piece.byteLength, head.byteLength - 8);
  new DataView(head.buffer).setBigUint64(0, BigInt(bytes), true);
  return [head, ...tail];
}

/**
 * A packet that holds one packed sequence.
 * @param handle the handle before the sequence, in `CallFunc`
 */
export function valuesPacket(
  code: RpcCode,
  values: readonly WireValue[],
  handle?: bigint,
): Uint8Array[] {
  const write = (written: readonly WireValue[]) => (writer: ByteWriter) => {
    if (handle !== undefined) writer.u64(handle);
    writeValues(writer, written);
  };
  const last = values[values.length - 1];
  if (last?.kind !== "bytes") return packet(code, write(values));
  // A large upload's bytes come last, and are not copied into the packet.
  const empty: WireValue = { kind: "bytes", value: new Uint8Array(0) };
  const [head] = packet(code, write([...values.slice(0, -1), empty])) as [Uint8Array];
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  view.setBigUint64(head.byteLength - 8, BigInt(last.value.byteLength), true);
  view.setBigUint64(0, BigInt(head.byteLength - 8 + last.value.byteLength), true);
  return [head, last.value];
}
