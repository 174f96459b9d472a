/** Requests parts of an object, by number, from the kernel that showed it. */

import type { Kernel } from "@jupyterlab/services";
import * as v from "valibot";

interface Reply {
  readonly request: number;
}

/** The object, and the callbacks for replies. */
export interface LiveQuestions<T extends Reply> {
  /** The library's kind of the object: `study` for the comm `tvm-vta.study`. */
  readonly kind: string;
  /** The object's id in the kernel; undefined if no kernel keeps it. */
  readonly id: string | undefined;
  readonly schema: v.GenericSchema<unknown, T>;
  /** The kernel that may have the object of this id. */
  readonly kernelOf: (id: string) => Kernel.IKernelConnection | null;
  /** Called with the reply to the latest request. */
  readonly onReply: (reply: T) => void;
  /** Called when the kernel does not have the object, or ends. */
  readonly onEnd: () => void;
}

export class LiveObject<T extends Reply> {
  private comm: Kernel.IComm | undefined;
  private hasEnded = false;
  private request = 0;

  constructor(private readonly questions: LiveQuestions<T>) {}

  /** @returns whether there is a kernel for the request */
  send(index: number): boolean {
    const comm = this.connect();
    if (comm === undefined) return false;
    comm.send({ request: ++this.request, index });
    return true;
  }

  dispose(): void {
    const { comm } = this;
    this.hasEnded = true;
    if (comm === undefined) return;
    comm.onClose = () => undefined;
    if (!comm.isDisposed) comm.close();
  }

  /** The first request opens the comm. */
  private connect(): Kernel.IComm | undefined {
    const { kind, id, schema, kernelOf, onReply, onEnd } = this.questions;
    if (id === undefined || this.hasEnded) return undefined;
    if (this.comm !== undefined) return this.comm.isDisposed ? undefined : this.comm;
    const kernel = kernelOf(id);
    if (kernel === null) return undefined;
    const comm = kernel.createComm(`tvm-vta.${kind}`);
    comm.onClose = () => {
      this.hasEnded = true;
      onEnd();
    };
    comm.onMsg = ({ content }) => {
      const reply = v.safeParse(schema, content.data);
      if (reply.success && reply.output.request === this.request) onReply(reply.output);
    };
    comm.open({ [kind]: id });
    this.comm = comm;
    return comm;
  }
}
