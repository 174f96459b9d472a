/** Arrays in the memory of a server's device. */

import { elementCount, UsageError } from "../../support";
import {
  arrayBytes,
  deviceName,
  deviceTypeOf,
  ELEMENTS,
  elementType,
  hostArray,
  unfilledArray,
  type ArrayData,
  type DeviceKind,
  type ElementType,
  type np,
} from "../../runtime";
import { isSessionArray, type SessionArray, type SessionDevice } from "../session";
import { wireDataType, type WireTensor } from "../protocol";
import type { Remote } from "./remote";
import type { RemoteSession } from "./remote-session";

/** A device of a server. */
export class RemoteDevice implements SessionDevice {
  constructor(
    readonly session: RemoteSession,
    /** @internal */
    readonly remote: Remote,
    readonly kind: DeviceKind,
    readonly id: number,
  ) {}

  /** @internal */
  get wire(): { readonly type: number; readonly id: number } {
    return { type: deviceTypeOf(this.kind), id: this.id };
  }

  /** Whether the server has this device. */
  async exists(): Promise<boolean> {
    return this.remote.deviceExists(this.wire);
  }

  /** Waits until the device has finished its work. */
  async sync(): Promise<void> {
    await this.remote.synchronize(this.wire);
  }

  async array(data: ArrayData): Promise<RemoteArray> {
    const source = hostArray(data);
    const array = await this.empty(source.shape, source.dtype);
    return array.copyFrom(source);
  }

  async empty(shape: readonly number[], dtype = "float32"): Promise<RemoteArray> {
    const type = elementType(dtype);
    const bad = shape.find((length) => !Number.isInteger(length) || length < 0);
    if (bad !== undefined) {
      throw new UsageError(
        "array-shape",
        `[${shape.join(", ")}] is not a shape: ${bad} is not an integer of at least 0`,
      );
    }
    const fields = { device: this.wire, dtype: wireDataType(type), shape, byteOffset: 0n };
    const data = await this.remote.allocate({ data: 0n, ...fields });
    return new RemoteArray(this, { data, ...fields }, type, () =>
      this.remote.freeData(this.wire, data),
    );
  }

  toString(): string {
    return `${deviceName(this)} of ${this.session}`;
  }
}

export class RemoteArray implements SessionArray {
  private freed = false;
  private readonly token = {};

  constructor(
    readonly device: RemoteDevice,
    private readonly tensor: WireTensor,
    readonly dtype: ElementType,
    private readonly release: () => Promise<void>,
  ) {
    device.remote.watch(this, this.token, release);
  }

  get shape(): readonly number[] {
    return this.tensor.shape;
  }
  get isFreed(): boolean {
    return this.freed;
  }

  /** The array's description in packets. @throws UsageError when it was freed. @internal */
  get wire(): WireTensor {
    if (!this.freed) return this.tensor;
    throw new UsageError(
      "array-freed",
      `this array ([${this.shape.join(", ")}], ${this.dtype}, ${this.device}) was freed`,
    );
  }

  async numpy(): Promise<np.ndarray> {
    const { wire } = this;
    const { bytes, finish } = unfilledArray(this.shape, this.dtype);
    await this.device.remote.copyOut(wire, bytes);
    return finish();
  }

  async copyFrom(data: ArrayData | SessionArray): Promise<this> {
    if (data instanceof RemoteArray && data.device.remote === this.device.remote) {
      await data.copyTo(this);
      return this;
    }
    const source = isSessionArray(data) ? await data.numpy() : hostArray(data);
    this.checkShape(source.shape);
    await this.device.remote.copyIn(this.wire, arrayBytes(source, this.dtype));
    return this;
  }

  /**
   * Copies the values to another array of the session, or to a new one on another of its devices.
   * @returns that array
   */
  async copyTo(target: SessionArray | SessionDevice): Promise<SessionArray> {
    const into = "empty" in target ? await target.empty(this.shape, this.dtype) : target;
    if (!(into instanceof RemoteArray) || into.device.remote !== this.device.remote) {
      return into.copyFrom(await this.numpy());
    }
    into.checkShape(this.shape);
    if (into.dtype !== this.dtype) {
      throw new UsageError(
        "array-copy",
        `${this.dtype} elements cannot be copied into an array of ${into.dtype}`,
      );
    }
    await this.device.remote.copyAmong(this.wire, into.wire);
    return into;
  }

  async free(): Promise<void> {
    if (this.freed) return;
    this.freed = true;
    this.device.remote.forget(this.token);
    await this.release();
  }

  toString(): string {
    const state = this.freed ? "freed " : "";
    return `<${state}remote array, shape [${this.shape.join(", ")}], ${this.dtype}, ${this.device}>`;
  }

  /** @internal */
  get byteLength(): number {
    return elementCount(this.shape) * ELEMENTS[this.dtype].bytes;
  }

  private checkShape(shape: readonly number[]): void {
    if (shape.join() === this.shape.join()) return;
    throw new UsageError(
      "array-copy",
      `an array of shape [${shape.join(", ")}] cannot be copied into one of shape ` +
        `[${this.shape.join(", ")}]`,
    );
  }
}
