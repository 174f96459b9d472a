/** The supported versions are written down once, in the kernel's package.json; everything else agrees. */

import { execFileSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { isSupported, supportedRange, type Engine } from "../../kernel/src/supported";
import { root } from "../support/jupyter-env";

const read = (path: string): string => readFileSync(join(root, path), "utf8");

describe("the supported versions agree everywhere", () => {
  test.each(["package.json", "lib/tvm-ts/package.json", "lib/vta/package.json"])("%s", (path) => {
    const { engines } = JSON.parse(read(path)) as { engines: { node: string } };
    expect(engines.node).toBe(supportedRange("node"));
  });

  test("the extension's Python", () => {
    expect(read("extension/pyproject.toml")).toContain(
      `requires-python = "${supportedRange("python")}"`,
    );
  });

  test("the README and install.sh", () => {
    const oldest = supportedRange("python").slice(2);
    expect(read("README.md")).toContain(`Python ${oldest} or later`);
    const help = execFileSync(join(root, "install.sh"), ["--help"], { encoding: "utf8" });
    expect(help).toContain(`Node.js ${supportedRange("node")}, Python ${supportedRange("python")}`);
  });

  test("the versions of Python packages that are installed", () => {
    const [, version] = /^jupyterlab==(.*)$/m.exec(read(".ci/constraints.txt"))!;
    expect(isSupported("jupyterlab", version!)).toBe(true);
  });
});

test.each([
  ["node", "20.18.3", false],
  ["node", "20.19.0", true],
  ["node", "21.7.0", false],
  ["node", "22.11.0", false],
  ["node", "22.12.0", true],
  ["node", "24.0.0", true],
  ["node", "26.1.0", true],
  ["python", "3.9.18", false],
  ["python", "3.10.0", true],
  ["jupyterlab", "4.5.9", false],
  ["jupyterlab", "4.6.0", true],
  ["jupyterlab", "5.0.0", false],
] as [Engine, string, boolean][])("%s %s is supported: %s", (engine, version, supported) => {
  expect(isSupported(engine, version)).toBe(supported);
});
