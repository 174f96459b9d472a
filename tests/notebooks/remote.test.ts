/** Notebooks that run their programs on a server, in another process, over TCP and over WebSocket. */

import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { startCommand, type RunningCommand } from "../support/rpc-processes";
import {
  executeNotebook,
  forgetKernel,
  notebooksFolder,
  prepareNotebooks,
  SETUP_MS,
} from "./notebook";

const folder = mkdtempSync(join(tmpdir(), "remote-notebook-"));
let server: RunningCommand;

beforeAll(async () => {
  prepareNotebooks();
  server = await startCommand("rpc-server", ["--workdir", folder, "--sessions", "2"]);
}, SETUP_MS);

afterAll(async () => {
  await server.stop();
  forgetKernel();
  rmSync(folder, { recursive: true });
});

describe.each(["tcp", "ws"])("over %s", (protocol) => {
  test("the first tutorial runs unchanged on a server", { timeout: SETUP_MS }, async () => {
    const notebook = await executeNotebook("tutorials/vta_get_started.ipynb", {
      VTA_RPC_HOST: `${protocol}://127.0.0.1`,
      VTA_RPC_PORT: String(server.port),
    });
    expect(notebook.printed(-1)).toMatch(/^Successful .* test!\n$/);
    // A run elsewhere records no instructions here.
    expect(notebook.textOf("vta.trace(")).toMatch(/^0 instructions/);
  });

  test(
    "the tutorial on servers starts a server and runs on it",
    { timeout: SETUP_MS },
    async () => {
      const text = readFileSync(join(notebooksFolder, "tutorials/rpc.ipynb"), "utf8");
      expect(text).toContain("connect(`tcp://");
      const file = join(folder, `rpc-${protocol}.ipynb`);
      writeFileSync(file, text.replaceAll("connect(`tcp://", `connect(\`${protocol}://`));
      const notebook = await executeNotebook(file);
      expect(notebook.printed(-1)).toMatch(/^Successful .* test!\n$/);
      rmSync(file);
    },
  );
});
