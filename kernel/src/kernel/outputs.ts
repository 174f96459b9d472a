/** Sends cells' outputs to the front ends. */

import type { SentBundle } from "../evaluator/messages";
import type { Channels, Message } from "../wire";
import type { ErrorContent } from "./errors";

/** Milliseconds to collect text, because a loop that prints would flood the front ends. */
const FLUSH_MS = 20;

export class Outputs {
  private parent: Message | undefined;
  private silent = false;
  private gathered: { name: string; text: string } | undefined;
  private timer: ReturnType<typeof setTimeout> | undefined;

  constructor(private readonly sockets: Channels) {}

  /**
   * Assigns later outputs to `request`, also after its cell has ended: outputs of timers appear below the
   * last cell that was run.
   */
  belongTo(request: Message, silent: boolean): void {
    this.flush();
    this.parent = request;
    this.silent = silent;
  }

  stream(name: "stdout" | "stderr", text: string): void {
    if (this.gathered !== undefined && this.gathered.name !== name) this.flush();
    this.gathered ??= { name, text: "" };
    this.gathered.text += text;
    this.timer ??= setTimeout(() => this.flush(), FLUSH_MS);
  }

  display({ data, metadata }: SentBundle, id: string | undefined, update: boolean): void {
    this.publish(update ? "update_display_data" : "display_data", {
      data,
      metadata,
      transient: id === undefined ? {} : { display_id: id },
    });
  }

  result({ data, metadata }: SentBundle, executionCount: number): void {
    this.publish("execute_result", { data, metadata, execution_count: executionCount });
  }

  error({ ename, evalue, traceback }: ErrorContent): void {
    this.publish("error", { ename, evalue, traceback });
  }

  clear(wait: boolean): void {
    this.publish("clear_output", { wait });
  }

  /** Sends the collected text. */
  flush(): void {
    clearTimeout(this.timer);
    this.timer = undefined;
    const { gathered } = this;
    this.gathered = undefined;
    if (gathered !== undefined && !this.silent) {
      this.sockets.publish(this.parent, "stream", gathered);
    }
  }

  private publish(type: string, content: Record<string, unknown>): void {
    this.flush();
    if (!this.silent) this.sockets.publish(this.parent, type, content);
  }
}
