/** A file or an export that nothing uses is found, and the sources have none. */

import { spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));
const copy = mkdtempSync(join(tmpdir(), "tvm-vta-unused-"));
afterAll(() => rmSync(copy, { recursive: true }));

/** Files that are not imported, and a file with one unused export. */
const probes: Readonly<Record<string, string>> = {
  "lib/tvm-ts/src/te/probe.ts": "export const probe = 1;\n",
  "lib/vta/src/view/probe.ts": "export const probe = 1;\n",
  "kernel/src/kernel/probe.ts": "export const probe = 1;\n",
  "extension/src/dom/probe.ts": "export const probe = 1;\n",
  "tests/support/probe.ts": "export const probe = 1;\nexport const unusedExport = 2;\n",
  "tests/package/probe.test.ts": 'import { probe } from "../support/probe";\nconsole.log(probe);\n',
};

test("files and exports that nothing uses are found, and there are no others", () => {
  const git = ["ls-files", "--cached", "--others", "--exclude-standard"];
  const listed = spawnSync("git", git, { cwd: root, encoding: "utf8" }).stdout.split("\n");
  const sources = listed.filter((path) => /\.([cm]?[jt]s|json|css)$/.test(path));
  for (const path of sources.filter((path) => !path.startsWith("tests/golden/programs"))) {
    cpSync(join(root, path), join(copy, path));
  }
  symlinkSync(join(root, "node_modules"), join(copy, "node_modules"));
  for (const [path, text] of Object.entries(probes)) writeFileSync(join(copy, path), text);

  const command = join(root, "node_modules/knip/bin/knip.js");
  const { stdout, stderr } = spawnSync(process.execPath, [command, "--reporter", "json"], {
    cwd: copy,
    encoding: "utf8",
  });
  expect(stderr).toBe("");
  const { issues } = JSON.parse(stdout) as {
    issues: { file: string; files: unknown[]; exports: { name: string }[] }[];
  };
  const found = issues.flatMap(({ file, files, exports }) => [
    ...files.map(() => file),
    ...exports.map(({ name }) => `${file}: ${name}`),
  ]);
  const unusedFiles = Object.keys(probes).filter((path) => !path.startsWith("tests/"));
  expect(found.sort()).toEqual([...unusedFiles, "tests/support/probe.ts: unusedExport"].sort());
}, 180_000);
