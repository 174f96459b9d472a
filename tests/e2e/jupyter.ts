/** A real Jupyter server with the extension installed, for tests in a browser. */

import { execFileSync, spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { once, pip, preparePython, root, run, venv } from "../support/jupyter-env";

const extension = join(root, "extension");
/** The time a server has to end. */
const ENDING_MS = 60_000;

/** Installs what Jupyter needs for the tests, and the extension if it has changed. */
export function installExtension(): void {
  preparePython(fileURLToPath(new URL("requirements.txt", import.meta.url)));
  once("extension", () => {
    run(process.execPath, join(extension, "scripts/build.mjs"));
    if (!isInstalled()) {
      pip(
        "install",
        "--quiet",
        "--no-build-isolation",
        "--no-deps",
        "--force-reinstall",
        extension,
      );
    }
  });
}

function isInstalled(): boolean {
  const installed = join(venv, "share/jupyter/labextensions/jupyterlab-tvm-vta/package.json");
  const files = ["labextension/package.json", "locale/zh_CN/LC_MESSAGES/jupyterlab_tvm_vta.json"];
  const written = files.map(
    (file) => statSync(join(extension, "jupyterlab_tvm_vta", file)).mtimeMs,
  );
  return existsSync(installed) && statSync(installed).mtimeMs > Math.max(...written);
}

/** A server with its own folder, settings and state, which are removed with it. */
export class Jupyter {
  private constructor(
    private readonly server: ChildProcess,
    /** With a final slash. */
    readonly url: string,
    private readonly home: string,
  ) {}

  /**
   * @param files what the served folder holds, by name
   * @param trusted which of them are trusted notebooks
   */
  static async start(
    files: Readonly<Record<string, string>>,
    trusted: readonly string[] = [],
  ): Promise<Jupyter> {
    const home = mkdtempSync(join(tmpdir(), "tvm-vta-e2e-"));
    for (const [name, text] of Object.entries(files)) writeFileSync(join(home, name), text);
    const config = join(home, ".jupyter");
    writeSettings(config, "@jupyterlab/apputils-extension/notification", { fetchNews: "false" });
    const args = [
      "lab",
      "--no-browser",
      "--allow-root",
      "--port=0",
      "--expose-app-in-browser",
      "--JupyterNotebookApp.expose_app_in_browser=True",
      `--ServerApp.root_dir=${home}`,
      "--IdentityProvider.token=",
    ];
    const env = { ...process.env, HOME: home, JUPYTER_CONFIG_DIR: config };
    for (const name of trusted) {
      execFileSync(join(venv, "bin/jupyter"), ["trust", join(home, name)], {
        env,
        stdio: "ignore",
      });
    }
    const server = spawn(join(venv, "bin/jupyter"), args, {
      env,
      stdio: ["ignore", "ignore", "pipe"],
    });
    const port = await listeningPort(server);
    return new Jupyter(server, `http://127.0.0.1:${port}/`, home);
  }

  /** A notebook of the served folder as a separate page. */
  convertToHtml(name: string): string {
    const args = ["nbconvert", "--to", "html", "--stdout", join(this.home, name)];
    return execFileSync(join(venv, "bin/jupyter"), args, {
      encoding: "utf8",
      maxBuffer: 64 * 1024 * 1024,
      stdio: ["ignore", "pipe", "ignore"],
    });
  }

  async stop(): Promise<void> {
    if (this.server.exitCode === null && this.server.signalCode === null) {
      const ended = new Promise((resolve) => this.server.once("exit", resolve));
      this.server.kill("SIGTERM");
      // The server ends its kernels first, and waits for them.
      const patience = setTimeout(() => this.server.kill("SIGKILL"), ENDING_MS);
      await ended;
      clearTimeout(patience);
    }
    rmSync(this.home, { recursive: true, force: true });
  }
}

/** The user's settings of JupyterLab. */
function writeSettings(config: string, plugin: string, settings: object): void {
  const file = join(config, "lab/user-settings", `${plugin}.jupyterlab-settings`);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(file, JSON.stringify(settings));
}

/** Reads from the server's output where it listens. */
function listeningPort(server: ChildProcess): Promise<string> {
  return new Promise((resolve, reject) => {
    let log = "";
    server.stderr!.setEncoding("utf8").on("data", (text: string) => {
      log += text;
      const port = /http:\/\/(?:127\.0\.0\.1|localhost):(\d+)\/lab/.exec(log)?.[1];
      if (port !== undefined) resolve(port);
    });
    server.once("exit", () => reject(new Error(`jupyter ended:\n${log}`)));
    server.once("error", reject);
  });
}
