/** Python tests of this folder, which use the kernel through jupyter_client. */

import { spawnSync } from "node:child_process";
import { readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import { buildPackages, installKernel, preparePython, python } from "../support/jupyter-env";

const here = fileURLToPath(new URL(".", import.meta.url));
const SETUP_MS = 600_000;
const FILE_MS = 600_000;

/** The files that grade assignments, which takes minutes. */
export const GRADING = ["test_assignments.py", "test_nbgrader.py"];

/** All files of Python tests in this folder. */
export const allFiles = readdirSync(here).filter((name) => /^test_\w+\.py$/.test(name));

/** Declares a test for each of the files. */
export function testFiles(files: readonly string[]): void {
  let kernel: ReturnType<typeof installKernel>;

  beforeAll(() => {
    buildPackages();
    preparePython(join(here, "requirements.txt"));
    kernel = installKernel();
  }, SETUP_MS);

  afterAll(() => rmSync(kernel.prefix, { recursive: true }));

  test.each(files)(
    "%s passes",
    (file) => {
      const args = ["-m", "pytest", "-q", "-p", "no:cacheprovider", file];
      const env = { ...kernel.env, PYTHONDONTWRITEBYTECODE: "1" };
      const { status, stdout } = spawnSync(python, args, { cwd: here, encoding: "utf8", env });
      expect(status, stdout).toBe(0);
    },
    FILE_MS,
  );
}
