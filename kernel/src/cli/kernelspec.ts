/** The kernelspec: the folder by which Jupyter finds the kernel. */

import { execFileSync } from "node:child_process";
import { cpSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { PROTOCOL_VERSION } from "../wire";
import { kernelRoot } from "../hosts/node/libraries";

export const KERNEL_NAME = "tvm-vta";
export const DISPLAY_NAME = "TypeScript (TVM/VTA)";

/** Where to install; at most one of the three. */
export interface Place {
  readonly user?: boolean;
  readonly sysPrefix?: boolean;
  readonly prefix?: string;
  /** The interpreter that `sysPrefix` refers to. */
  readonly python: string;
}

/** The content of kernel.json. */
export interface Kernelspec {
  readonly argv: readonly string[];
  readonly display_name: string;
  readonly language: string;
  readonly interrupt_mode: string;
  readonly kernel_protocol_version: string;
}

/** An invalid use of the command. */
export class CommandError extends Error {}

/** The kernelspec's folder at `place`; the user's by default. */
export function specFolder(place: Place): string {
  const chosen = [place.user === true, place.sysPrefix === true, place.prefix !== undefined];
  if (chosen.filter(Boolean).length > 1) {
    throw new CommandError("choose one of --user, --sys-prefix and --prefix");
  }
  let share: string;
  if (place.prefix !== undefined) share = join(resolve(place.prefix), "share", "jupyter");
  else if (place.sysPrefix === true) share = join(pythonPrefix(place.python), "share", "jupyter");
  else share = userDataFolder();
  return join(share, "kernels", KERNEL_NAME);
}

/** Jupyter's folder for a user's data, by Jupyter's rules; see `jupyter --paths`. */
function userDataFolder(): string {
  const { JUPYTER_DATA_DIR, XDG_DATA_HOME } = process.env;
  if (JUPYTER_DATA_DIR !== undefined && JUPYTER_DATA_DIR !== "") return JUPYTER_DATA_DIR;
  if (process.platform === "darwin") return join(homedir(), "Library", "Jupyter");
  const data = XDG_DATA_HOME === undefined || XDG_DATA_HOME === "" ? undefined : XDG_DATA_HOME;
  return join(data ?? join(homedir(), ".local", "share"), "jupyter");
}

function pythonPrefix(python: string): string {
  try {
    return execFileSync(python, ["-c", "import sys; print(sys.prefix)"], {
      encoding: "utf8",
    }).trim();
  } catch {
    throw new CommandError(`${python} cannot be run: name another interpreter with --python`);
  }
}

/** The command line that starts this installation of the kernel, with the Node.js that runs now. */
function currentSpec(): Kernelspec {
  return {
    argv: [
      process.execPath,
      join(kernelRoot, "bin", "tvm-vta-kernel.mjs"),
      "start",
      "{connection_file}",
    ],
    display_name: DISPLAY_NAME,
    language: "typescript",
    interrupt_mode: "message",
    kernel_protocol_version: PROTOCOL_VERSION,
  };
}

export function installSpec(folder: string): void {
  rmSync(folder, { recursive: true, force: true });
  mkdirSync(folder, { recursive: true });
  writeFileSync(join(folder, "kernel.json"), `${JSON.stringify(currentSpec(), null, 2)}\n`);
  cpSync(join(kernelRoot, "share", "logo-svg.svg"), join(folder, "logo-svg.svg"));
}

/** Removes the kernelspec; `false` if there is none. */
export function uninstallSpec(folder: string): boolean {
  const found = existsSync(folder);
  rmSync(folder, { recursive: true, force: true });
  return found;
}

/** Reads a kernelspec; `undefined` if there is none or it is damaged. */
export function readSpec(folder: string): Kernelspec | undefined {
  try {
    return JSON.parse(readFileSync(join(folder, "kernel.json"), "utf8")) as Kernelspec;
  } catch {
    return undefined;
  }
}
