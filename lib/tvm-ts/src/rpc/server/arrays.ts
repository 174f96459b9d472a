/** Arrays of a session, in the memory of the server's devices. */

import { UsageError } from "../../support";
import { NDArray, type Device } from "../../runtime";
import { wireElementType, tensorBytes, type WireDevice, type WireTensor } from "../protocol";
import type { Allocation, Handles } from "./handles";
import type { ServedMachine, SessionLimits } from "./machine";

/** The reference's alignment of arrays, in bytes. */
const ALIGNMENT = 64;
/** Bytes of an array that are copied at a time. */
const PIECE = 4 << 20;
/** Zeros that memory is cleared with, piece by piece. */
const ZEROS = new Uint8Array(1 << 16);

export class SessionArrays {
  private used = 0;

  constructor(
    private readonly machine: ServedMachine,
    private readonly handles: Handles,
    private readonly limits: SessionLimits,
  ) {}

  /** @throws UsageError for a device that the server does not have. */
  device({ type, id }: WireDevice): Device {
    const device = this.machine.device(type, id);
    if (device !== undefined) return device;
    throw new UsageError(
      "rpc-server",
      `the server has no device of type ${type} with number ${id}`,
    );
  }

  allocate(device: WireDevice, bytes: number, alignment = ALIGNMENT): bigint {
    if (!(bytes <= this.limits.arrayBytes - this.used)) {
      throw new UsageError(
        "rpc-limit",
        `an array of ${bytes} bytes exceeds the session's limit of ` +
          `${this.limits.arrayBytes} bytes, of which ${this.used} are in use`,
      );
    }
    if (!(alignment >= 1 && alignment <= 4096 && Number.isInteger(Math.log2(alignment)))) {
      throw new UsageError(
        "rpc-server",
        `${alignment} is not an alignment; use a power of two up to 4096`,
      );
    }
    const found = this.device(device);
    const size = Math.max(1, bytes);
    const address = found.alloc(size, Math.max(ALIGNMENT, alignment));
    // The data of another session must not be visible.
    for (let at = 0; at < size; at += ZEROS.byteLength) {
      found.copyIn(address + at, ZEROS.subarray(0, size - at));
    }
    this.used += bytes;
    try {
      return this.handles.add({ device: found, address, bytes });
    } catch (error) {
      this.release({ device: found, address, bytes });
      throw error;
    }
  }

  free(handle: bigint): void {
    const allocation = this.handles.array(handle);
    this.handles.remove(handle);
    this.release(allocation);
  }

  freeAll(): void {
    for (const allocation of this.handles.clear()) this.release(allocation);
  }

  /**
   * Returns a function that writes bytes into an array at an offset; the caller checks the bounds.
   */
  writer(tensor: WireTensor): (piece: Uint8Array, at: number) => void {
    const { device, address } = this.range(tensor);
    return (piece, at) => device.copyIn(address + at, piece);
  }

  /** Copies of the bytes of an array, piece by piece, so that a large array is not copied whole. */
  pieces(tensor: WireTensor): Iterable<Uint8Array> {
    return piecesOf(this.range(tensor));
  }

  /** @throws UsageError when the arrays differ in size */
  copy(from: WireTensor, into: WireTensor): void {
    const [source, write] = [this.range(from), this.writer(into)];
    const size = tensorBytes(into);
    if (source.bytes !== size) {
      throw new UsageError(
        "rpc-server",
        `an array of ${source.bytes} bytes cannot be copied into one of ${size}`,
      );
    }
    let at = 0;
    for (const piece of piecesOf(source)) {
      write(piece, at);
      at += piece.byteLength;
    }
  }

  /** The array, for a function that takes it. */
  array(tensor: WireTensor): NDArray {
    const { device, address } = this.range(tensor);
    return NDArray.at(device, address, 0, tensor.shape, wireElementType(tensor.dtype));
  }

  private range(tensor: WireTensor): Allocation {
    const { device, address, bytes } = this.handles.array(tensor.data);
    const size = tensorBytes(tensor);
    if (tensor.byteOffset + BigInt(size) > BigInt(bytes)) {
      throw new UsageError(
        "rpc-limit",
        `an array of shape [${tensor.shape.join(", ")}], ${size} bytes at offset ` +
          `${tensor.byteOffset}, exceeds the ${bytes} bytes that were allocated for it`,
      );
    }
    return { device, address: address + Number(tensor.byteOffset), bytes: size };
  }

  private release({ device, address, bytes }: Allocation): void {
    device.free(address);
    this.used -= bytes;
  }
}

function* piecesOf({ device, address, bytes }: Allocation): Generator<Uint8Array> {
  for (let at = 0; at < bytes; at += PIECE) {
    const piece = new Uint8Array(Math.min(PIECE, bytes - at));
    device.copyOut(address + at, piece);
    yield piece;
  }
}
