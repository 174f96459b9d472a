/** The evaluator process: what it prints, what fails in it, and its end. */

import type { Report } from "../../evaluator/messages";

/** Thrown on purpose, see below. */
const unwound = new Error("unwound");

/** Sends what is written to the standard streams to the kernel, in order with everything else. */
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

/** Calls `failed` with whatever is thrown where nothing catches it. */
export function onFailure(failed: (error: unknown) => void): void {
  const fail = (error: unknown): void => {
    if (error !== unwound) failed(error);
  };
  process.on("uncaughtException", fail);
  process.on("unhandledRejection", fail);
}

export function onExit(exiting: (code: number) => void): void {
  // A terminal sends this to every process; the kernel decides what it means.
  process.on("SIGINT", () => undefined);
  process.on("exit", exiting);
}

export function exit(): void {
  process.exit();
}

/**
 * What was terminated left its entries on Node's stack of asynchronous contexts; an exception that
 * reaches the event loop makes Node clear it.
 */
export function repairAfterInterrupt(): void {
  setImmediate(() => {
    throw unwound;
  });
}

/** Where the notebook is. */
export function notebookFolder(): string {
  return process.cwd();
}
