/** Runs the Python tests of this folder: the kernel as Jupyter sees it, through jupyter_client. */

import { execFileSync, spawnSync } from "node:child_process";
import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { beforeAll, expect, test } from "vitest";

const here = fileURLToPath(new URL(".", import.meta.url));
const root = join(here, "../..");
const environment = join(root, ".venv/kernel-tests");
const python = join(environment, "bin/python");

const SETUP_MS = 600_000;
const FILE_MS = 600_000;

beforeAll(() => {
  const run = (command: string, ...args: string[]): void => {
    execFileSync(command, args, { cwd: root, stdio: ["ignore", "ignore", "inherit"] });
  };
  run("npm", "run", "build");
  if (!existsSync(python)) run("python3", "-m", "venv", environment);
  run(python, "-m", "pip", "install", "--quiet", "-r", join(here, "requirements.txt"));
}, SETUP_MS);

const files = readdirSync(here).filter((name) => /^test_\w+\.py$/.test(name));

test.each(files)(
  "%s passes",
  (file) => {
    const args = ["-m", "pytest", "-q", "-p", "no:cacheprovider", file];
    const { status, stdout } = spawnSync(python, args, {
      cwd: here,
      encoding: "utf8",
      env: { ...process.env, PYTHONDONTWRITEBYTECODE: "1" },
    });
    expect(status, stdout).toBe(0);
  },
  FILE_MS,
);
