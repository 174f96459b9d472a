/** Checks an installation and prints what is wrong and what to do. */

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { isAbsolute } from "node:path";
import { EvaluatorHandle } from "../hosts/node/evaluator-handle";
import { findLibrary } from "../hosts/node/libraries";
import { isSupported, supportedRange, type Engine } from "../supported";
import { LanguageClient } from "../language";
import { libraryNames } from "../library-names";
import { KERNEL_NAME, readSpec, type Kernelspec } from "./kernelspec";

interface Finding {
  readonly ok: boolean;
  /** What was checked, and the result. */
  readonly text: string;
  /** What to do about it. */
  readonly advice?: string;
}

type Check = () => Finding | Promise<Finding>;

/** Runs all checks and prints their findings; returns whether all pass. */
export async function doctor(print: (line: string) => void): Promise<boolean> {
  const checks: Check[] = [
    system,
    node,
    sockets,
    ...libraryNames.map(library),
    compiler,
    cell,
    jupyter,
    jupyterlab,
  ];
  let healthy = true;
  for (const check of checks) {
    const { ok, text, advice } = await check();
    print(`${ok ? "ok  " : "FAIL"}  ${text}`);
    if (advice !== undefined) print(`      ${advice}`);
    healthy &&= ok;
  }
  return healthy;
}

/** The kernel needs POSIX features: numbered pipes to a process, and signals. */
function system(): Finding {
  const { platform } = process;
  return platform === "win32"
    ? { ok: false, text: "Windows is not supported", advice: "run the kernel in WSL" }
    : { ok: true, text: `the system is ${platform}` };
}

function node(): Finding {
  return versionFinding("Node.js", "node", process.versions.node, "install Node.js 22, 24 or 26");
}

function versionFinding(name: string, engine: Engine, version: string, advice: string): Finding {
  return isSupported(engine, version)
    ? { ok: true, text: `${name} ${version}` }
    : {
        ok: false,
        text: `${name} ${version} is not supported, which is ${supportedRange(engine)}`,
        advice,
      };
}

async function sockets(): Promise<Finding> {
  try {
    const { version } = await import("zeromq");
    return { ok: true, text: `ZeroMQ ${version}` };
  } catch (error) {
    return {
      ok: false,
      text: `ZeroMQ does not load: ${(error as Error).message}`,
      advice: "run `npm ci` again; where there is no prebuilt binary, `npm rebuild zeromq`",
    };
  }
}

function library(name: string): Check {
  return () => {
    const found = findLibrary(name);
    return found === undefined
      ? {
          ok: false,
          text: `${name} is not found`,
          advice: "run `npm ci`, then `npm run build`",
        }
      : { ok: true, text: `${name} in ${found.root}` };
  };
}

async function compiler(): Promise<Finding> {
  const problems: string[] = [];
  const language = new LanguageClient((problem) => problems.push(problem), process.cwd());
  try {
    const conversion = await language.convert("", "const one: number = 1; one", "doctor");
    if (!conversion.ok) {
      const { message } = conversion.diagnostics[0]!;
      return { ok: false, text: `TypeScript rejects a valid cell: ${message}`, advice: TSCONFIG };
    }
    const [problem] = problems;
    return problem === undefined
      ? { ok: true, text: "TypeScript compiles a cell" }
      : { ok: false, text: problem, advice: TSCONFIG };
  } catch (error) {
    return { ok: false, text: `TypeScript does not start: ${(error as Error).message}` };
  } finally {
    await language.stop();
  }
}

const TSCONFIG = "check the tsconfig.json in this folder";

async function cell(): Promise<Finding> {
  const events = { report: () => undefined, lost: () => undefined };
  const evaluator = new EvaluatorHandle(events, process.cwd());
  const code = "(async (exports) => { exports.result = 6 * 7; })";
  try {
    const end = await evaluator.run(
      { name: "doctor", code, imports: [], map: Int32Array.of(), resultName: "result" },
      [],
      false,
    );
    const value = end.status === "ok" ? end.result?.data["text/plain"] : undefined;
    return value === "42"
      ? { ok: true, text: "a cell runs" }
      : { ok: false, text: `a cell does not run: ${JSON.stringify(end)}` };
  } finally {
    await evaluator.stop();
  }
}

interface SpecList {
  readonly kernelspecs: Record<string, { resource_dir: string } | undefined>;
}

function jupyter(): Finding {
  let list: SpecList;
  try {
    const args = ["kernelspec", "list", "--json"];
    const text = execFileSync("jupyter", args, {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    });
    list = JSON.parse(text) as SpecList;
  } catch {
    return {
      ok: false,
      text: "`jupyter kernelspec list` does not work",
      advice: "install Jupyter, or activate its environment",
    };
  }
  const folder = list.kernelspecs[KERNEL_NAME]?.resource_dir;
  const spec = folder === undefined ? undefined : readSpec(folder);
  if (folder === undefined || spec === undefined) {
    return {
      ok: false,
      text: "the kernel is not installed in Jupyter",
      advice: "run `tvm-vta-kernel install` (with --sys-prefix for a virtual environment)",
    };
  }
  return specFinding(folder, spec);
}

/** JupyterLab is one of several front ends, so it can be missing. */
function jupyterlab(): Finding {
  try {
    const version = execFileSync("jupyter", ["lab", "--version"], {
      encoding: "utf8",
      stdio: ["ignore", "pipe", "ignore"],
    }).trim();
    const advice = `pip install 'jupyterlab${supportedRange("jupyterlab")}'`;
    return versionFinding("JupyterLab", "jupyterlab", version, advice);
  } catch {
    return {
      ok: true,
      text: "JupyterLab is not installed here; other front ends show plain outputs",
    };
  }
}

function specFinding(folder: string, spec: Kernelspec): Finding {
  // A wheel's kernelspec has Python's name and an option here instead of paths.
  const paths = spec.argv.slice(0, 2).filter(isAbsolute);
  const missing = paths.find((path) => !existsSync(path));
  return missing === undefined
    ? { ok: true, text: `the kernel is installed in Jupyter: ${folder}` }
    : {
        ok: false,
        text: `the kernelspec ${folder} names ${missing}, which does not exist`,
        advice: "run `tvm-vta-kernel install` again",
      };
}
