/** Events of the evaluator process: output, uncaught errors, and its end. */

import type { Report } from "../../evaluator/messages";

/** Thrown to clear Node's stack, see below. */
const clearingError = new Error("unwound");

/** Sends the text of the standard streams to the kernel, in order with all other reports. */
export function redirectOutput(report: (message: Report) => void): void {
  redirect("stdout", report);
  redirect("stderr", report);
}

function redirect(name: "stdout" | "stderr", report: (message: Report) => void): void {
  const decoder = new TextDecoder();
  process[name].write = (
    chunk: string | Uint8Array,
    encoding?: BufferEncoding | ((error?: Error | null) => void),
    callback?: (error?: Error | null) => void,
  ): boolean => {
    const text = typeof chunk === "string" ? chunk : decoder.decode(chunk, { stream: true });
    if (text !== "") report({ kind: "stream", name, text });
    const written = typeof encoding === "function" ? encoding : callback;
    if (written !== undefined) process.nextTick(written);
    return true;
  };
}

/** Calls `failed` with uncaught errors. */
export function onFailure(failed: (error: unknown) => void): void {
  const fail = (error: unknown): void => {
    if (error !== clearingError) failed(error);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
}

export function onExit(exiting: (code: number) => void): void {
  // A terminal sends SIGINT to every process; the kernel handles it.
  process.on("SIGINT", () => undefined);
  process.on("exit", exiting);
}

export function exit(): void {
  process.exit();
}

/**
 * Terminated code leaves entries on Node's stack of asynchronous contexts; Node clears it when an exception
 * reaches the event loop.
 */
export function repairAfterInterrupt(): void {
  setImmediate(() => {
    throw clearingError;
  });
}

/** The notebook's folder. */
export function notebookFolder(): string {
  return process.cwd();
}
