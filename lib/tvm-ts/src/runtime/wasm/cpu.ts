/** The CPU as a device: WebAssembly linear memory that grows as arrays need it. */

import { DeviceError } from "../../support";
import { Allocator } from "./allocator";
import { memoryBytes, createMemory, MAX_PAGES, WASM_PAGE_BYTES } from "./linear-memory";
import type { Artifact } from "../../artifact";
import {
  deviceName,
  type Device,
  type DeviceFunctions,
  type Executable,
  type Linked,
} from "../device";
import { loadWasm } from "./executable";

/** Address 0 is never allocated: it means "no array". */
const FIRST_ADDRESS = 0x1000;

export class CpuDevice implements Device {
  readonly kind = "cpu";
  readonly memory = createMemory(FIRST_ADDRESS);
  readonly functions: DeviceFunctions = { extern: {}, recording: {} };
  private readonly allocator = new Allocator(FIRST_ADDRESS, (end) => this.growTo(end));

  constructor(readonly id: number) {}

  alloc(bytes: number, alignment: number): number {
    return this.allocator.alloc(bytes, alignment);
  }

  free(address: number): void {
    this.allocator.free(address);
  }

  copyIn(address: number, bytes: Uint8Array): void {
    memoryBytes(this.memory).set(bytes, address);
  }

  copyOut(address: number, into: Uint8Array): void {
    into.set(memoryBytes(this.memory).subarray(address, address + into.length));
  }

  load(artifact: Artifact, linked: Linked): Executable {
    return loadWasm(this, artifact, linked);
  }

  /** Bytes that arrays and running functions use. */
  get usedBytes(): number {
    return this.allocator.usedBytes;
  }

  toString(): string {
    return deviceName(this);
  }

  /** Grows by at least a quarter, so that growing is rare. */
  private growTo(end: number): void {
    const pages = this.memory.buffer.byteLength / WASM_PAGE_BYTES;
    const needed = Math.ceil(end / WASM_PAGE_BYTES);
    if (needed <= pages) return;
    const comfortable = Math.min(Math.max(needed, Math.ceil(pages * 1.25)), MAX_PAGES);
    for (const target of needed > MAX_PAGES ? [] : [comfortable, needed]) {
      try {
        this.memory.grow(target - pages);
        return;
      } catch {
        // The host refused; a smaller step may succeed.
      }
    }
    throw new DeviceError(
      "device-memory",
      `${deviceName(this)} is out of memory: ${Math.ceil(end / 2 ** 20)} MiB are needed, ` +
        `and the memory cannot grow beyond ${pages / 16} MiB; free arrays with .free()`,
    );
  }
}
