/** The resource usage of the kernel's processes, in the format of ipykernel's `usage_reply`. */

import { readdirSync, readFileSync } from "node:fs";
import { availableParallelism, freemem, hostname, loadavg, totalmem } from "node:os";

export function usage(): Record<string, unknown> {
  const cores = availableParallelism();
  return {
    hostname: hostname(),
    pid: process.pid,
    /** Percent of one core since the last request. */
    kernel_cpu: processorPercent(),
    /** Bytes of all processes of the kernel. */
    kernel_memory: residentBytes(),
    cpu_count: cores,
    host_cpu_percent: Math.min((100 * loadavg()[0]!) / cores, 100),
    host_virtual_memory: {
      total: totalmem(),
      available: freemem(),
      used: totalmem() - freemem(),
      free: freemem(),
      percent: (100 * (totalmem() - freemem())) / totalmem(),
    },
  };
}

let last = { time: process.hrtime.bigint(), usage: process.cpuUsage() };

function processorPercent(): number {
  const now = { time: process.hrtime.bigint(), usage: process.cpuUsage() };
  const spent = now.usage.user + now.usage.system - last.usage.user - last.usage.system;
  const passed = Number(now.time - last.time) / 1000;
  last = now;
  return passed > 0 ? (100 * spent) / passed : 0;
}

/** Only Linux lists the children of a process; elsewhere only this process is counted. */
function residentBytes(): number {
  const resident = new Map<number, number>();
  const children = new Map<number, number[]>();
  for (const name of processFolders()) {
    const status = readStatus(name);
    if (status === undefined) continue;
    resident.set(status.pid, status.bytes);
    children.set(status.parent, [...(children.get(status.parent) ?? []), status.pid]);
  }
  if (!resident.has(process.pid)) return process.memoryUsage.rss();
  const total = (pid: number): number =>
    (children.get(pid) ?? []).reduce((sum, child) => sum + total(child), resident.get(pid) ?? 0);
  return total(process.pid);
}

function processFolders(): string[] {
  try {
    return readdirSync("/proc").filter((name) => /^\d+$/.test(name));
  } catch {
    return [];
  }
}

function readStatus(name: string): { pid: number; parent: number; bytes: number } | undefined {
  try {
    const text = readFileSync(`/proc/${name}/status`, "utf8");
    const field = (key: string): number =>
      Number(new RegExp(`^${key}:\\s*(\\d+)`, "m").exec(text)?.[1] ?? 0);
    return { pid: Number(name), parent: field("PPid"), bytes: field("VmRSS") * 1024 };
  } catch {
    // The process has ended meanwhile.
    return undefined;
  }
}
