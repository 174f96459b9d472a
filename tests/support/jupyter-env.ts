/**
 * What tests with a real Jupyter need: everything built, the Python environment that `install.sh`
 * makes, with the tests' own packages, and the kernel for the Node.js that runs the tests.
 */

import { spawnSync } from "node:child_process";
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  rmdirSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join, relative } from "node:path";
import { fileURLToPath } from "node:url";

export const root = fileURLToPath(new URL("../..", import.meta.url));
export const venv = join(root, ".venv");
export const python = join(venv, "bin/python");

/** A file for each step that was done in this run of the tests; `forgetSteps` removes the folder. */
const stepsOfRun = join(root, ".cache/tests-done");

const STALE_MS = 600_000;

/** Builds the libraries and the kernel, as far as their sources have changed. */
export function buildPackages(): void {
  once("packages", () => {
    run("npx", "--no-install", "tsc", "-b");
    run(process.execPath, "lib/clean.mjs");
    run(process.execPath, "lib/bundle.mjs");
  });
}

/**
 * Makes the environment if there is none, and installs a requirements file.
@param filesOf packages of which only files are read: they are installed without dependencies
 */
export function preparePython(requirements: string, filesOf: readonly string[] = []): void {
  once(["environment", relative(root, requirements), ...filesOf].join(" "), () => {
    if (!existsSync(python)) run("python3", "-m", "venv", venv);
    pip("install", "--quiet", "-r", requirements);
    if (filesOf.length > 0) pip("install", "--quiet", "--no-deps", ...filesOf);
  });
}

/** Installs the kernel into a separate folder; Jupyter finds it by the environment variables. */
export function installKernel(): { prefix: string; env: NodeJS.ProcessEnv } {
  const prefix = mkdtempSync(join(tmpdir(), "tvm-vta-kernel-"));
  const command = join(root, "kernel/bin/tvm-vta-kernel.mjs");
  run(process.execPath, command, "install", "--prefix", prefix);
  return { prefix, env: { ...process.env, JUPYTER_PATH: join(prefix, "share/jupyter") } };
}

/**
 * Runs a step of the preparation once in a run of the tests: for the first file that needs it. While vitest
 * watches the sources, the step runs for each file, because the sources can change between two files.
 */
export function once(step: string, action: () => void): void {
  locked(() => {
    const done = join(stepsOfRun, encodeURIComponent(step));
    if (existsSync(done) && process.env["VITEST_MODE"] !== "WATCH") return;
    action();
    mkdirSync(stepsOfRun, { recursive: true });
    writeFileSync(done, "");
  });
}

/**
 * Runs it exclusively: test files run in parallel, and compilers and package managers cannot.
 */
export function locked(action: () => void): void {
  mkdirSync(join(root, ".cache"), { recursive: true });
  const lock = join(root, ".cache/tests.lock");
  while (!acquired(lock)) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 100);
  try {
    action();
  } finally {
    rmdirSync(lock);
  }
}

function acquired(lock: string): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    // A lock that a killed test left behind is taken over.
    const made = statSync(lock, { throwIfNoEntry: false })?.mtimeMs ?? 0;
    return made > 0 && Date.now() - made > STALE_MS;
  }
}

/** Runs pip of the environment. */
export function pip(...args: string[]): void {
  const [command, ...rest] = args as [string, ...string[]];
  const constraints = ["--constraint", join(root, ".ci/constraints.txt")];
  run(python, "-m", "pip", "--disable-pip-version-check", command, ...constraints, ...rest);
}

/**
 * Runs a command in the checkout and waits for it.
 * @throws Error with what it printed, when it fails.
 */
export function run(command: string, ...args: string[]): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd: root, encoding: "utf8" });
  if (status !== 0) throw new Error(`${command} ${args.join(" ")} failed:\n${stdout}${stderr}`);
}

/** Starts a new run, in which no step is done. */
export function forgetSteps(): void {
  rmSync(stepsOfRun, { recursive: true, force: true });
}
