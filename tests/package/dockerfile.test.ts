/** The container image: its steps, read from the Dockerfile, since Docker may not be available. */

import { execFileSync } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { expect, test } from "vitest";
import { isSupported } from "../../kernel/src/supported";
import { root } from "../support/jupyter-env";

const text = readFileSync(join(root, "Dockerfile"), "utf8");
const steps = text
  .replace(/\\\n\s*/g, " ")
  .split("\n")
  .filter((line) => /^[A-Z]+ /.test(line));

test("starts from a Node.js that is supported", () => {
  const [, major] = /^FROM node:(\d+)-/m.exec(text)!;
  expect(isSupported("node", `${major}.99.0`)).toBe(true);
});

test("installs by install.sh, whose options exist", () => {
  const [step] = steps.filter((line) => line.includes("install.sh"));
  const [, option] = /install\.sh (--[\w-]+)/.exec(step!)!;
  const help = execFileSync("bash", [join(root, "install.sh"), "--help"], { encoding: "utf8" });
  expect(help).toContain(option);
});

test("has shell commands that can be parsed", () => {
  for (const step of steps.filter((line) => line.startsWith("RUN "))) {
    execFileSync("sh", ["-n", "-c", step.slice("RUN ".length)]);
  }
});

test("is the image that Binder builds", () => {
  expect(readFileSync(join(root, ".binder/Dockerfile"), "utf8")).toBe(text);
});

test("leaves out files that the build makes", () => {
  const ignored = readFileSync(join(root, ".dockerignore"), "utf8").split("\n");
  expect(ignored).toContain("**/node_modules");
  expect(existsSync(join(root, "package-lock.json"))).toBe(true);
  expect(ignored).not.toContain("package-lock.json");
});
