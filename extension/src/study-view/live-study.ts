/** Asks the kernel that showed a study for the schedule and the profile of a configuration. */

import type { Kernel } from "@jupyterlab/services";
import * as v from "valibot";
import { trialReplySchema, type TrialReply } from "./schema";

/** As the library registers it. */
const TARGET = "tvm-vta.study";

export class LiveStudy {
  private readonly comm: Kernel.IComm;
  private request = 0;

  /**
   * @param onReply called with the answer to the latest question
   * @param onEnd called when the kernel does not know the study, or ends
   */
  constructor(
    kernel: Kernel.IKernelConnection,
    id: string,
    onReply: (reply: TrialReply) => void,
    onEnd: () => void,
  ) {
    this.comm = kernel.createComm(TARGET);
    this.comm.onClose = onEnd;
    this.comm.onMsg = ({ content }) => {
      const reply = v.safeParse(trialReplySchema, content.data);
      if (reply.success && reply.output.request === this.request) onReply(reply.output);
    };
    this.comm.open({ study: id });
  }

  requestTrial(index: number): void {
    if (this.comm.isDisposed) return;
    this.comm.send({ request: ++this.request, index });
  }

  dispose(): void {
    this.comm.onClose = () => undefined;
    if (!this.comm.isDisposed) this.comm.close();
  }
}
