/// <reference types="node" />
/** The C compilers of the machine. */

import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { UsageError } from "../support";
import type { CompilerOptions } from "../runtime";

interface Compiler {
  readonly command: string;
  /** The command that installs it. */
  readonly install: string;
}

/** The compiler for a machine, by the beginning of its triple. */
function compilerFor(triple: string | undefined): Compiler {
  if (triple === undefined) return { command: "cc", install: "apt install gcc" };
  const [architecture = ""] = triple.split("-");
  if (/^arm/.test(architecture)) {
    return { command: "arm-linux-gnueabihf-gcc", install: "apt install gcc-arm-linux-gnueabihf" };
  }
  if (/^(aarch64|arm64)/.test(architecture)) {
    return { command: "aarch64-linux-gnu-gcc", install: "apt install gcc-aarch64-linux-gnu" };
  }
  if (/^(x86_64|amd64)/.test(architecture)) {
    return { command: "x86_64-linux-gnu-gcc", install: "apt install gcc-x86-64-linux-gnu" };
  }
  throw new UsageError(
    "build-c-compiler",
    `no C compiler for ${triple} is known; specify one: exportLibrary(path, { cc: "..." })`,
  );
}

/** Compiles a C source to a shared library. */
export function compileLibrary(
  source: string,
  triple: string | undefined,
  { cc, options = [] }: CompilerOptions,
): Uint8Array {
  const { command, install } =
    cc === undefined ? compilerFor(triple) : { command: cc, install: "" };
  const folder = mkdtempSync(join(tmpdir(), "tvm-ts-"));
  try {
    const input = join(folder, "lib.c");
    writeFileSync(input, source);
    const output = join(folder, "lib.so");
    const args = ["-shared", "-fPIC", "-std=c99", "-O2", ...options, input, "-o", output, "-lm"];
    const { error, status, stderr } = spawnSync(command, args, { encoding: "utf8" });
    if (error !== undefined) {
      const advice = install === "" ? "" : `; install it, for example with: ${install}`;
      throw new UsageError("build-c-compiler", `the C compiler ${command} cannot be run${advice}`, {
        cause: error,
      });
    }
    if (status !== 0) {
      throw new UsageError(
        "build-c-compiler",
        `${command} could not compile the generated C:\n${stderr.trim()}`,
      );
    }
    return new Uint8Array(readFileSync(output));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
