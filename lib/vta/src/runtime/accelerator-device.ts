/**
 * An accelerator as a device: its DRAM, its command queue, and the accelerator that executes
 * instructions.
 *
 * A device has a fixed configuration; devices of different configurations can coexist and share
 * nothing.
 */

import { Dram, type Accelerator } from "../accelerator";
import type { Hardware } from "../hardware";
import { CommandQueue, type CommandQueueOptions } from "./command-queue";
import { vtaFunctions, type VtaFunctions } from "./runtime-functions";

/** Creates the accelerator that executes instructions in `dram`. */
export type MakeAccelerator<H extends Hardware = Hardware> = (
  hardware: H,
  dram: Dram,
) => Accelerator;

export class AcceleratorDevice<H extends Hardware = Hardware> {
  readonly kind = "ext_dev";
  readonly dram = new Dram();
  readonly functions: VtaFunctions;
  private commands: CommandQueue | undefined;
  private made: Accelerator | undefined;

  constructor(
    readonly id: number,
    readonly env: H,
    private readonly makeAccelerator: MakeAccelerator<H>,
    private readonly options: CommandQueueOptions = {},
  ) {
    this.functions = vtaFunctions(this.dram, () => this.queue);
  }

  /** The linear memory that arrays, host code and accelerator share. */
  get memory(): WebAssembly.Memory {
    return this.dram.memory;
  }

  /** The configuration that modules for this device must be compiled for. */
  get configuration(): Readonly<Record<string, string | number>> {
    return { ...this.env.config };
  }

  /** The command queue; its buffers in DRAM are allocated on first use. */
  get queue(): CommandQueue {
    this.commands ??= new CommandQueue(this.env, this.dram, () => this.accelerator, this.options);
    return this.commands;
  }

  /** Executes the instructions. */
  get accelerator(): Accelerator {
    this.made ??= this.makeAccelerator(this.env, this.dram);
    return this.made;
  }

  /**
   * Allocates pages of DRAM; every address is a multiple of 4096. @throws DeviceError when it is
   * full
   */
  alloc(bytes: number): number {
    return this.dram.alloc(bytes);
  }

  free(address: number): void {
    this.dram.free(address);
  }

  copyIn(address: number, bytes: Uint8Array): void {
    this.dram.bytes.set(bytes, address);
  }

  copyOut(address: number, into: Uint8Array): void {
    into.set(this.dram.bytes.subarray(address, address + into.length));
  }

  /** Called when a program starts: drops the state that a failed program left. */
  startCall(): void {
    this.commands?.reset();
    this.made?.counters.startCall();
  }

  /** Frees the queue with its buffers and recorded kernels; the next use creates a new queue. */
  shutdown(): void {
    this.commands?.free();
    this.commands = undefined;
  }

  toString(): string {
    return `${this.kind}(${this.id})`;
  }
}
