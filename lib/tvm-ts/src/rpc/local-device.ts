/** Devices and arrays of a local session, in this process. */

import {
  deviceName,
  NDArray,
  type ArrayData,
  type Device,
  type DeviceKind,
  type np,
} from "../runtime";
import { isSessionArray, type Session, type SessionArray, type SessionDevice } from "./session";

/** A device of this process, as a device of the session. */
export class LocalDevice implements SessionDevice {
  readonly kind: DeviceKind;
  readonly id: number;

  constructor(
    readonly session: Session,
    readonly device: Device,
  ) {
    this.kind = device.kind;
    this.id = device.id;
  }

  async exists(): Promise<boolean> {
    return true;
  }

  /** A call returns when the device has finished its work, so there is nothing to wait for. */
  async sync(): Promise<void> {}

  async array(data: ArrayData): Promise<LocalArray> {
    return new LocalArray(this, NDArray.of(data, this.device));
  }

  async empty(shape: readonly number[], dtype = "float32"): Promise<LocalArray> {
    return new LocalArray(this, NDArray.empty(shape, dtype, this.device));
  }

  toString(): string {
    return `${deviceName(this.device)} of a local session`;
  }
}

/** An array in the memory of a device of this process. */
export class LocalArray implements SessionArray {
  constructor(
    readonly device: LocalDevice,
    readonly array: NDArray,
  ) {}

  get shape(): readonly number[] {
    return this.array.shape;
  }
  get dtype(): string {
    return this.array.dtype;
  }

  async numpy(): Promise<np.ndarray> {
    return this.array.numpy();
  }

  async copyFrom(data: ArrayData | SessionArray): Promise<this> {
    const values = isSessionArray(data) ? await data.numpy() : data;
    this.array.copyFrom(values);
    return this;
  }

  async copyTo(target: SessionArray | SessionDevice): Promise<SessionArray> {
    return "empty" in target ? target.array(this.array) : target.copyFrom(this.array);
  }

  async free(): Promise<void> {
    this.array.free();
  }

  toString(): string {
    return this.array.toString();
  }
}
