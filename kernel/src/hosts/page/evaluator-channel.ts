/** The evaluator's end of its connection to the kernel: messages between a worker and its page. */

import type { Answer, Command, Report } from "../../evaluator/messages";
import { askPage, workerId } from "./drive";
import type { SessionCopy } from "../node/session-copy";

/** Messages of the page besides the kernel's commands. */
export type PageCommand =
  | Command
  /** Whether the flag was set too. */
  | { readonly kind: "interrupt"; readonly isFlagged: boolean }
  | { readonly kind: "flag"; readonly shared: Int32Array }
  | { readonly kind: "restore"; readonly copy: SessionCopy };
/** Messages of the worker besides the evaluator's reports. */
export type PageReport =
  Report | { readonly kind: "interrupted" } | { readonly kind: "copy"; readonly copy: SessionCopy };

export function report(message: PageReport): void {
  self.postMessage(message);
}

const handlers: ((command: PageCommand) => void)[] = [];
self.addEventListener("message", ({ data }: MessageEvent<PageCommand>) => {
  for (const handle of handlers) handle(data);
});

/** Calls `handle` for each command. */
export function onCommand(handle: (command: Command) => void): void {
  handlers.push((command) => {
    const { kind } = command;
    if (kind !== "interrupt" && kind !== "restore" && kind !== "flag") handle(command);
  });
}

export function onInterrupt(handle: (isFlagged: boolean) => void): void {
  handlers.push((command) => {
    if (command.kind === "interrupt") handle(command.isFlagged);
  });
}

/** Calls `handle` with the shared memory whose first number is not 0 while an interrupt is pending. */
export function onInterruptFlag(handle: (shared: Int32Array) => void): void {
  handlers.push((command) => {
    if (command.kind === "flag") handle(command.shared);
  });
}

export function onCopy(handle: (copy: SessionCopy) => void): void {
  handlers.push((command) => {
    if (command.kind === "restore") handle(command.copy);
  });
}

/** Blocks until the page sends the answer to the last question. */
export function awaitAnswer(): Answer {
  const text = askPage("api/stdin/tvm-vta", { id: workerId() }) as string | null;
  return { text: text ?? undefined };
}
