/** `npm start`: the command after install.sh. */

import { spawn } from "node:child_process";
import { chmodSync, existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, test } from "vitest";
import { root } from "../support/jupyter-env";
import { installExtension } from "./jupyter";

test("npm start opens a browser on the first tutorial", async () => {
  installExtension();
  const folder = mkdtempSync(join(tmpdir(), "tvm-vta-start-"));
  const opened = join(folder, "opened");
  const browser = join(folder, "browser");
  writeFileSync(
    browser,
    `#!/bin/sh\ncp "\${1#file://}" "${opened}.part" && mv "${opened}.part" "${opened}"\n`,
  );
  chmodSync(browser, 0o755);
  const env = { ...process.env, BROWSER: `${browser} %s` };
  const server = spawn("bash", [join(root, ".ci/start"), "--port=0"], { env, stdio: "ignore" });
  const ended = new Promise((resolve) => server.once("exit", resolve));
  try {
    await expect.poll(() => existsSync(opened), { timeout: 60_000, interval: 100 }).toBe(true);
    expect(readFileSync(opened, "utf8")).toMatch(
      /\/lab\/tree\/tutorials\/vta_get_started\.ipynb\?/,
    );
  } finally {
    server.kill();
    await ended;
    rmSync(folder, { recursive: true });
  }
}, 300_000);
