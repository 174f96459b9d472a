/** The versions in the kernel's `kernel_info_reply`. */

import { readFileSync } from "node:fs";

export { kernelVersion } from "./libraries";

/** The version of the compiler that checks cells, without loading it. */
export function typescriptVersion(): string {
  const path = require.resolve("typescript/package.json");
  return (JSON.parse(readFileSync(path, "utf8")) as { version: string }).version;
}

export function runtime(): string {
  return `Node.js ${process.versions.node}`;
}
