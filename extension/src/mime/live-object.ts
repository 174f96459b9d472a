/** Asks the kernel that showed an object for a part of it, by the part's number. */

import type { Kernel } from "@jupyterlab/services";
import * as v from "valibot";

interface Reply {
  readonly request: number;
}

/** What is asked about, and who hears the answers. */
export interface LiveQuestions<T extends Reply> {
  /** As the library registers it: `study` for the comm `tvm-vta.study`. */
  readonly kind: string;
  readonly id: string;
  readonly schema: v.GenericSchema<unknown, T>;
  /** Called with the answer to the latest question. */
  readonly onReply: (reply: T) => void;
  /** Called when the kernel does not know the object, or ends. */
  readonly onEnd: () => void;
}

export class LiveObject<T extends Reply> {
  private readonly comm: Kernel.IComm;
  private request = 0;

  constructor(
    kernel: Kernel.IKernelConnection,
    { kind, id, schema, onReply, onEnd }: LiveQuestions<T>,
  ) {
    this.comm = kernel.createComm(`tvm-vta.${kind}`);
    this.comm.onClose = onEnd;
    this.comm.onMsg = ({ content }) => {
      const reply = v.safeParse(schema, content.data);
      if (reply.success && reply.output.request === this.request) onReply(reply.output);
    };
    this.comm.open({ [kind]: id });
  }

  send(index: number): void {
    if (this.comm.isDisposed) return;
    this.comm.send({ request: ++this.request, index });
  }

  dispose(): void {
    this.comm.onClose = () => undefined;
    if (!this.comm.isDisposed) this.comm.close();
  }
}
