/** The commands of the RPC server and tracker in separate processes. */

import { spawn, type ChildProcess } from "node:child_process";
import { join } from "node:path";

const bin = join(import.meta.dirname, "../../lib/vta/bin");

export interface RunningCommand {
  readonly process: ChildProcess;
  readonly port: number;
  /** The text that it has printed. */
  readonly output: () => string;
  /** Resolves when it has printed something like this. */
  printed(pattern: RegExp): Promise<void>;
  stop(signal?: NodeJS.Signals): Promise<void>;
}

/** Starts `rpc-server` or `rpc-tracker` on a port that is free; resolves when it listens. */
export async function startCommand(
  name: "rpc-server" | "rpc-tracker",
  args: readonly string[] = [],
): Promise<RunningCommand> {
  const child = spawn(process.execPath, [join(bin, `${name}.mjs`), "--port", "0", ...args], {
    stdio: ["ignore", "pipe", "pipe"],
  });
  let output = "";
  const waiting = new Set<() => void>();
  const hear = (text: Buffer): void => {
    output += String(text);
    for (const check of waiting) check();
  };
  child.stdout.on("data", hear);
  child.stderr.on("data", hear);
  child.on("exit", () => waiting.forEach((check) => check()));
  const printed = (pattern: RegExp): Promise<void> =>
    new Promise((resolve, reject) => {
      const check = (): void => {
        if (pattern.test(output)) resolve();
        else if (child.exitCode !== null) reject(new Error(`${name} ended: ${output}`));
        else return;
        waiting.delete(check);
      };
      waiting.add(check);
      check();
    });
  await printed(/listening on \S+:\d+/);
  return {
    process: child,
    port: Number(/listening on \S+?:(\d+)/.exec(output)![1]),
    output: () => output,
    printed,
    stop: async (signal = "SIGTERM") => {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const ended = new Promise((resolve) => child.once("exit", resolve));
      child.kill(signal);
      await ended;
    },
  };
}

/** Waits until a condition holds; fails after `seconds`, which are many because machines may be busy. */
export async function eventually(
  holds: () => boolean | Promise<boolean>,
  seconds = 60,
): Promise<void> {
  for (let i = 0; i < 50 * seconds; i++) {
    if (await holds()) return;
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  throw new Error(`the condition did not hold within ${seconds} seconds`);
}
