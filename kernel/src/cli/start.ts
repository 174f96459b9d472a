/** Runs the kernel for a connection file that Jupyter has written. */

import { Kernel } from "../kernel";
import { readConnection } from "../wire";

export async function startKernel(connectionFile: string): Promise<void> {
  const kernel = new Kernel(readConnection(connectionFile), () => process.exit(0));
  // Front ends interrupt by message; this is for a terminal, and for those that do not.
  process.on("SIGINT", () => kernel.interrupt());
  process.on("uncaughtException", (error) => console.error(error));
  process.on("unhandledRejection", (reason) => console.error(reason));
  await kernel.start();
}
