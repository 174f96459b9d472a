/** A Chromium for tests: the installed one, else Debian's package, else Playwright's. */

import { execFileSync } from "node:child_process";
import { existsSync } from "node:fs";
import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { chromium, type Browser } from "playwright-core";

const KNOWN = ["/usr/bin/chromium", "/usr/bin/chromium-browser", "/usr/bin/google-chrome"];

const FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"];

/** @param flags more arguments for it */
export async function launchChromium(flags: readonly string[] = []): Promise<Browser> {
  return chromium.launch({ executablePath: findChromium(), args: [...FLAGS, ...flags] });
}

function findChromium(): string {
  const wanted = process.env["CHROMIUM"];
  const found = [wanted, ...KNOWN, chromium.executablePath()].find(
    (path) => path !== undefined && existsSync(path),
  );
  return found ?? installChromium();
}

function installChromium(): string {
  console.log("no Chromium found: installing one");
  if (process.getuid?.() === 0 && existsSync("/usr/bin/apt-get")) {
    run("apt-get", "update", "-qq");
    run("apt-get", "install", "-y", "-qq", "chromium", "fonts-noto-cjk");
    return KNOWN[0]!;
  }
  const require = createRequire(import.meta.url);
  const cli = join(dirname(require.resolve("playwright-core/package.json")), "cli.js");
  run(process.execPath, cli, "install", "chromium");
  return chromium.executablePath();
}

function run(command: string, ...args: string[]): void {
  execFileSync(command, args, { stdio: "inherit" });
}
