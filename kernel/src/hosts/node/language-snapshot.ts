/**
 * A snapshot of the language process after loading the compiler and the libraries' types.
 *
 * V8 reads it in 0.1 s of processor time; loading takes 2 s. A snapshot is specific to a version of Node.js
 * and a build of the kernel, so `npm run build` makes it, or the first kernel that finds none. It is stored
 * next to the kernel, or in the user's cache folder if the kernel's folder is read-only.
 */

import { spawn, spawnSync } from "node:child_process";
import { createHash } from "node:crypto";
import {
  accessSync,
  constants,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  statSync,
} from "node:fs";
import { homedir, setPriority } from "node:os";
import { basename, dirname, join } from "node:path";
import { kernelRoot, libraries } from "./libraries";

/** The language process as one file, which kernel/bundle.mjs makes. */
export const languageProgram = join(kernelRoot, "dist/hosts/node/language-bundle.js");

const LOWEST_PRIORITY = 19;

/** The path of the snapshot for this Node.js and this build. */
export function snapshotFile(): string {
  const sources = [
    languageProgram,
    ...libraries.flatMap(({ types, declarations }) => [types, declarations]),
  ];
  const stamps = sources.map((path) => {
    const stats = statSync(path, { throwIfNoEntry: false });
    return [path, stats?.mtimeMs, stats?.size];
  });
  return join(snapshotFolder(), `${prefix}${digest(JSON.stringify(stamps))}.blob`);
}

function digest(text: string): string {
  return createHash("sha256").update(text).digest("hex").slice(0, 12);
}

/** Node.js accepts a snapshot only with the options with which it was made. */
const options = digest(process.env["NODE_OPTIONS"] ?? "");
const prefix = `language-${process.version}-${process.arch}-${options}-`;

function snapshotFolder(): string {
  const own = dirname(languageProgram);
  try {
    accessSync(own, constants.W_OK);
    return own;
  } catch {
    const cache = process.env["XDG_CACHE_HOME"] ?? join(homedir(), ".cache");
    return join(cache, "tvm-vta-kernel");
  }
}

/** The command that makes the snapshot, in a folder without a notebook's files. */
function builder(unfinished: string): [command: string, args: string[], options: { cwd: string }] {
  const args = [
    "--no-warnings",
    "--snapshot-blob",
    unfinished,
    "--build-snapshot",
    languageProgram,
  ];
  return [process.execPath, args, { cwd: join(kernelRoot, "types") }];
}

/** Makes the snapshot in the background, unless it exists; a kernel that exits earlier leaves no part of it. */
export function makeSnapshot(): void {
  const target = snapshotFile();
  const unfinished = unfinishedFor(target);
  if (unfinished === undefined) return;
  const [command, args, options] = builder(unfinished);
  const child = spawn(command, args, { ...options, stdio: "ignore" });
  const abandon = (): void => {
    child.kill("SIGKILL");
    rmSync(unfinished, { force: true });
  };
  process.once("exit", abandon);
  child.on("error", () => undefined);
  child.on("exit", (code) => {
    process.off("exit", abandon);
    finish(code, unfinished, target);
  });
  if (child.pid === undefined) return;
  child.unref();
  try {
    setPriority(child.pid, LOWEST_PRIORITY);
  } catch {
    // It has ended since.
  }
}

/** Makes the snapshot and waits for it, unless it exists. */
export function makeSnapshotNow(): void {
  const target = snapshotFile();
  const unfinished = unfinishedFor(target);
  if (unfinished === undefined) return;
  const [command, args, options] = builder(unfinished);
  const { status } = spawnSync(command, args, {
    ...options,
    stdio: ["ignore", "ignore", "inherit"],
  });
  finish(status, unfinished, target);
}

/** The temporary path for writing the snapshot; undefined if it exists or cannot be written. */
function unfinishedFor(target: string): string | undefined {
  if (existsSync(target)) return undefined;
  try {
    mkdirSync(dirname(target), { recursive: true });
  } catch {
    return undefined;
  }
  return `${target}.${process.pid}.tmp`;
}

/** Replaces the snapshot of an earlier build, and removes the unfinished files of killed kernels. */
function finish(status: number | null, unfinished: string, target: string): void {
  if (status !== 0) {
    rmSync(unfinished, { force: true });
    return;
  }
  renameSync(unfinished, target);
  for (const name of readdirSync(dirname(target))) {
    if (!name.startsWith(prefix) || name === basename(target)) continue;
    const path = join(dirname(target), name);
    if (name.endsWith(".blob") || isAbandoned(path)) rmSync(path, { force: true });
  }
}

/** Making a snapshot takes seconds, and minutes on an emulated processor. */
const ABANDONED_MS = 600_000;

function isAbandoned(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats !== undefined && Date.now() - stats.mtimeMs > ABANDONED_MS;
}
