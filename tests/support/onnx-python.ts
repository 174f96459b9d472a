/** Python scripts of the network tests, run in the tests' environment. */

import { spawnSync } from "node:child_process";
import { mkdtempSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { python } from "./jupyter-env";

/** Runs a script with a new folder and further arguments; returns the folder. */
export function runPython(script: string, args: readonly string[] = []): string {
  const folder = mkdtempSync(join(tmpdir(), "tvm-vta-network-"));
  const { status, stderr } = spawnSync(python, [script, folder, ...args], { encoding: "utf8" });
  if (status !== 0) throw new Error(`${script} ended with ${status}:\n${stderr}`);
  return folder;
}
