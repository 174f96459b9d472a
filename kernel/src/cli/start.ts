/** Runs the kernel for a connection file of Jupyter. */

import type { Kernel } from "../kernel";
import { LanguageClient } from "../language";

const PARENT_CHECK_MS = 1000;

export async function startKernel(connectionFile: string): Promise<void> {
  // TypeScript takes longest to start, so it begins before the rest is loaded.
  const language = new LanguageClient((problem) => console.error(problem), process.cwd());
  language.start();
  const kernel = await connect(connectionFile, language).catch(async (error: unknown) => {
    await language.stop();
    throw error;
  });
  // Front ends interrupt by message; terminals, and some other programs, by this signal.
  process.on("SIGINT", () => kernel.interrupt());
  process.on("uncaughtException", (error) => console.error(error));
  process.on("unhandledRejection", (reason) => console.error(reason));
  if (process.env["JPY_PARENT_PID"] !== undefined) endWithParent(kernel);
  await kernel.start();
}

async function connect(connectionFile: string, language: LanguageClient): Promise<Kernel> {
  const { readConnection } = await import("../hosts/node/connection.js");
  const { Sockets } = await import("../hosts/node/sockets.js");
  const { Kernel } = await import("../kernel/index.js");
  const sockets = new Sockets(readConnection(connectionFile));
  return new Kernel(sockets, language, () => process.exit(0), process.cwd());
}

/** Jupyter sets the variable for kernels that must end with it. */
function endWithParent(kernel: Kernel): void {
  const parent = process.ppid;
  setInterval(() => {
    if (process.ppid !== parent) void kernel.stop();
  }, PARENT_CHECK_MS).unref();
}
