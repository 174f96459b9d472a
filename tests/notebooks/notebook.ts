/** Notebooks of `notebooks/`, executed by nbclient with our kernel. */

import { execFile } from "node:child_process";
import { cpSync, existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { buildPackages, installKernel, preparePython, python, root } from "../support/jupyter-env";

interface Output {
  readonly output_type: string;
  readonly name?: string;
  readonly text?: string | string[];
  readonly data?: Readonly<Record<string, unknown>>;
}

export interface Cell {
  readonly cell_type: string;
  readonly execution_count: number | null;
  readonly source: string | string[];
  readonly outputs: readonly Output[];
}

export const notebooksFolder = join(root, "notebooks");

/** Time to build, to make the environment and to start kernels on a busy machine. */
export const SETUP_MS = 600_000;

/** Environment variables with which Jupyter finds our kernel, once it is installed. */
let kernel: { prefix: string; env: NodeJS.ProcessEnv } | undefined;

/** Builds and installs what notebooks need; call it in `beforeAll`. */
export function prepareNotebooks(): void {
  buildPackages();
  preparePython(fileURLToPath(new URL("requirements.txt", import.meta.url)));
  kernel = installKernel();
}

/** The environment of a process that starts our kernel. @throws Error before `prepareNotebooks`. */
export function kernelEnvironment(): NodeJS.ProcessEnv {
  if (kernel === undefined) throw new Error("prepareNotebooks() was not called");
  return kernel.env;
}

/** Removes what `prepareNotebooks` installed; call it in `afterAll`. */
export function forgetKernel(): void {
  if (kernel !== undefined) rmSync(kernel.prefix, { recursive: true, force: true });
  kernel = undefined;
}

/** Paths of notebooks below a folder of `notebooks/`, relative to `notebooks/`. */
export function notebooksIn(folder: string): string[] {
  return readdirSync(join(notebooksFolder, folder), { recursive: true, encoding: "utf8" })
    .filter((name) => name.endsWith(".ipynb") && !name.includes(".ipynb_checkpoints"))
    .map((name) => join(folder, name))
    .sort();
}

export function joined(text: string | string[]): string {
  return typeof text === "string" ? text : text.join("");
}

/** The cells of a notebook's file. */
export function cellsOf(path: string): Cell[] {
  const text = readFileSync(join(notebooksFolder, path), "utf8");
  return (JSON.parse(text) as { cells: Cell[] }).cells;
}

export class ExecutedNotebook {
  constructor(
    readonly code: readonly Cell[],
    /** Names of files that existed when the kernel had ended. */
    readonly filesLeft: readonly string[],
  ) {}

  /** The output of the only cell that contains a text. */
  shown(text: string): Readonly<Record<string, unknown>> {
    const cells = this.code.filter(({ source }) => joined(source).includes(text));
    const results = cells.flatMap(({ outputs }) =>
      outputs.filter(({ output_type }) => output_type === "execute_result"),
    );
    if (cells.length !== 1 || results.length !== 1) {
      throw new Error(`${cells.length} cells with ${text} show ${results.length} results`);
    }
    return results[0]!.data!;
  }

  textOf(text: string): string {
    return plainText(this.shown(text));
  }

  /** The texts of all results that have a form, in order. */
  textsWith(mimeType: string): string[] {
    return this.code
      .flatMap(({ outputs }) => outputs)
      .filter(({ data }) => data !== undefined && mimeType in data)
      .map(({ data }) => plainText(data!));
  }

  /** The printed text of a code cell. */
  printed(index: number): string {
    const streams = this.code.at(index)!.outputs.filter(({ name }) => name === "stdout");
    return streams.map(({ text }) => joined(text!)).join("");
  }
}

function plainText(data: Readonly<Record<string, unknown>>): string {
  return joined(data["text/plain"] as string | string[]).trimEnd();
}

/**
 * Executes a notebook in a separate folder.
 * @param path an `.ipynb` file, relative to `notebooks/` or absolute
 * @param variables further environment variables of the kernel
 * @throws Error with the cell and its traceback, when a cell fails.
 */
export async function executeNotebook(
  path: string,
  variables: NodeJS.ProcessEnv = {},
): Promise<ExecutedNotebook> {
  const env = kernelEnvironment();
  const folder = mkdtempSync(join(tmpdir(), "tvm-vta-notebook-"));
  try {
    const script = fileURLToPath(new URL("execute.py", import.meta.url));
    const file = path.startsWith("/") ? path : join(notebooksFolder, path);
    // The files that a notebook reads are in a folder with its name.
    const data = file.replace(/\.ipynb$/, "");
    if (existsSync(data)) cpSync(data, join(folder, basename(data)), { recursive: true });
    const { stdout } = await promisify(execFile)(python, [script, file, folder], {
      encoding: "utf8",
      maxBuffer: 256 * 1024 * 1024,
      env: { ...env, ...variables, TMPDIR: folder },
    });
    const { cells } = JSON.parse(stdout) as { cells: Cell[] };
    const code = cells.filter(({ cell_type }) => cell_type === "code");
    const left = readdirSync(folder).filter((name) => name !== basename(data));
    return new ExecutedNotebook(code, left);
  } finally {
    rmSync(folder, { recursive: true });
  }
}
