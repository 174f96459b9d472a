/** Packets: `u64 bytes, i32 code, payload`, where the length counts code and payload. */

import { BadPacketError } from "../errors";
import { ByteReader } from "./byte-reader";
import { ByteWriter } from "./byte-writer";
import { RpcCode } from "./codes";
import type { Limits } from "./limits";
import type { ByteStream } from "./transport";
import { writeValues, type WireValue } from "./value";

export interface Packet {
  readonly code: RpcCode;
  readonly body: ByteReader;
}

/** The next packet; `undefined` when the other side closed. Packets of no bytes are skipped. */
export async function readPacket(stream: ByteStream, limits: Limits): Promise<Packet | undefined> {
  for (;;) {
    const head = await stream.read(8);
    if (head === undefined) return undefined;
    const length = new DataView(head.buffer, head.byteOffset).getBigUint64(0, true);
    if (length === 0n) continue;
    if (length < 4n || length > limits.packetBytes) {
      throw new BadPacketError(
        `a packet of ${length} bytes; packets have 4 to ${limits.packetBytes}`,
      );
    }
    const bytes = await stream.read(Number(length));
    if (bytes === undefined) return undefined;
    const body = new ByteReader(bytes, limits);
    const code = body.i32("the code of a packet");
    if (RpcCode[code] === undefined) {
      throw new BadPacketError(`a packet with code ${code}, which the protocol has not`);
    }
    return { code, body };
  }
}

/**
 * The bytes of a packet.
 * @param fill writes the payload
 * @param tail bytes at its end that are sent from where they are
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
 * @param handle that stands before it, in `CallFunc`
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
  // Large uploads end with their bytes, which are then not copied into the packet.
  const empty: WireValue = { kind: "bytes", value: new Uint8Array(0) };
  const [head] = packet(code, write([...values.slice(0, -1), empty])) as [Uint8Array];
  const view = new DataView(head.buffer, head.byteOffset, head.byteLength);
  view.setBigUint64(head.byteLength - 8, BigInt(last.value.byteLength), true);
  view.setBigUint64(0, BigInt(head.byteLength - 8 + last.value.byteLength), true);
  return [head, last.value];
}
