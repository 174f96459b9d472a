/** Events of the evaluator's worker: output, uncaught errors, and its end. */

import type { Report } from "../../evaluator/messages";
import { notebookPath } from "./drive";
import { format, inspect } from "./inspect";

const streams = {
  log: "stdout",
  info: "stdout",
  debug: "stdout",
  dir: "stdout",
  table: "stdout",
  warn: "stderr",
  error: "stderr",
  trace: "stderr",
} as const;

/** Sends printed text to the kernel, in order with all other reports. */
export function redirectOutput(report: (message: Report) => void): void {
  for (const [method, name] of Object.entries(streams)) {
    const text = method === "dir" ? (value: unknown) => inspect(value) : format;
    const print = (...args: unknown[]): void =>
      report({ kind: "stream", name, text: `${text(...(args as [unknown]))}\n` });
    Object.assign(console, { [method]: print });
  }
}

/** Calls `failed` with uncaught errors. */
export function onFailure(failed: (error: unknown) => void): void {
  self.addEventListener("error", (event) => {
    event.preventDefault();
    failed(event.error);
  });
  self.addEventListener("unhandledrejection", (event) => {
    event.preventDefault();
    failed(event.reason);
  });
}

/** A page terminates its workers without an event. */
export function onExit(_exiting: (code: number) => void): void {}

export function exit(): void {
  self.close();
}

export function repairAfterInterrupt(): void {}

/** The notebook's folder in the page's file map. */
export function notebookFolder(): string {
  return notebookPath();
}
