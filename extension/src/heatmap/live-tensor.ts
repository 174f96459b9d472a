/** Requests a part of a tensor in detail from the kernel that showed it. */

import type { Kernel } from "@jupyterlab/services";
import type { view } from "tvm-ts";

/** The comm target that `tvm-ts` registers. */
const TARGET = "tvm-vta.tensor";

export interface Tile {
  readonly request: view.TileRequest;
  readonly reply: view.TileReply;
  readonly values: Float64Array;
}

export class LiveTensor {
  private readonly comm: Kernel.IComm;
  private requests = 0;
  private latest: view.TileRequest | undefined;

  /**
   * @param onTile called with the reply to the latest request
   * @param onEnd called when the kernel does not have the tensor, or ends
   */
  constructor(
    kernel: Kernel.IKernelConnection,
    id: string,
    onTile: (tile: Tile) => void,
    onEnd: () => void,
  ) {
    this.comm = kernel.createComm(TARGET);
    this.comm.onClose = onEnd;
    this.comm.onMsg = ({ content, buffers }) => {
      const reply = content.data as unknown as view.TileReply | view.TileRefusal;
      const { latest } = this;
      if (latest === undefined || reply.request !== latest.request || "error" in reply) return;
      const values = doubles(buffers?.[0]);
      if (values.length === reply.rows * reply.columns) onTile({ request: latest, reply, values });
    };
    this.comm.open({ tensor: id });
  }

  requestTile(question: Omit<view.TileRequest, "request">): void {
    if (this.comm.isDisposed) return;
    this.latest = { ...question, request: ++this.requests };
    this.comm.send({ ...this.latest } as never);
  }

  /** Ignores a pending reply. */
  forget(): void {
    this.latest = undefined;
  }

  dispose(): void {
    this.comm.onClose = () => undefined;
    if (!this.comm.isDisposed) this.comm.close();
  }
}

/** Copied, because doubles must be aligned to eight bytes. */
function doubles(buffer: ArrayBuffer | ArrayBufferView | undefined): Float64Array {
  if (buffer === undefined) return new Float64Array();
  const bytes = ArrayBuffer.isView(buffer)
    ? new Uint8Array(buffer.buffer, buffer.byteOffset, buffer.byteLength)
    : new Uint8Array(buffer);
  return new Float64Array(bytes.slice(0, bytes.length - (bytes.length % 8)).buffer);
}
