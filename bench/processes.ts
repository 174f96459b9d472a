/** The resource usage of a process and its descendants, from Linux's `/proc`. */

import { readdirSync, readFileSync } from "node:fs";

/** Units of processor time in a second: `getconf CLK_TCK`, 100 on every Linux that runs Node. */
const TICKS = 100;

/** Fields of `/proc/PID/stat` after the name, from 0. */
const PARENT = 1;
const USER = 11;
const SYSTEM = 12;

function statOf(pid: number): string[] {
  const text = readFileSync(`/proc/${pid}/stat`, "utf8");
  return text.slice(text.lastIndexOf(")") + 2).split(" ");
}

/** A process and all its descendants. */
export function processTree(root: number): number[] {
  const parents = new Map<number, number>();
  for (const name of readdirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    try {
      parents.set(Number(name), Number(statOf(Number(name))[PARENT]));
    } catch {
      // The process has ended meanwhile.
    }
  }
  const found = [root];
  for (const pid of found) {
    for (const [child, parent] of parents) if (parent === pid) found.push(child);
  }
  return found;
}

/** Processor time in seconds. */
export function processorTime(pids: readonly number[]): number {
  const ticks = pids.map((pid) => {
    const fields = statOf(pid);
    return Number(fields[USER]) + Number(fields[SYSTEM]);
  });
  return ticks.reduce((sum, each) => sum + each, 0) / TICKS;
}

/** Memory in MB; shared memory is divided among the processes. */
export function memory(pids: readonly number[]): number {
  const kilobytes = pids.map((pid) => {
    const text = readFileSync(`/proc/${pid}/smaps_rollup`, "utf8");
    return Number(/^Pss:\s+(\d+)/m.exec(text)![1]);
  });
  return kilobytes.reduce((sum, each) => sum + each, 0) / 1000;
}
