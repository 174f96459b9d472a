/** Runs `sweep.mjs`, and kills it. */

import { spawn } from "node:child_process";
import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseRecords, type TuningRecord } from "../../../lib/vta/src/records";

const script = fileURLToPath(new URL("sweep.mjs", import.meta.url));

export interface SweepEnd {
  /** The result in the last line; undefined for a sweep that was killed. */
  readonly best: string | undefined;
  readonly trials: number;
}

/** @param killAfter kills the process with SIGKILL once it has reported so many trials */
export function sweep(
  records: string,
  where: string,
  budget: number,
  killAfter = Infinity,
): Promise<SweepEnd> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [script, records, where, String(budget)], {
      stdio: ["ignore", "pipe", "pipe"],
    });
    let trials = 0;
    let best: string | undefined;
    let problem = "";
    let rest = "";
    child.stderr.on("data", (text: Buffer) => (problem += text.toString()));
    child.stdout.on("data", (text: Buffer) => {
      const lines = (rest + text.toString()).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        if (line.startsWith("best ")) best = line;
        if (line.startsWith("trial ") && ++trials >= killAfter) child.kill("SIGKILL");
      }
    });
    child.on("error", reject);
    child.on("exit", (code, signal) => {
      if (code !== 0 && signal !== "SIGKILL") reject(new Error(problem));
      else resolve({ best, trials });
    });
  });
}

/** The records of a file, by their trial's number. */
export function recordsIn(path: string): readonly TuningRecord[] {
  const { records } = parseRecords(readFileSync(path, "utf8"));
  return [...records].sort((a, b) => a.note!.trial - b.note!.trial);
}
