/** A Firefox for tests, as Debian packages it, driven by WebDriver BiDi (https://w3c.github.io/webdriver-bidi). */

import { spawn, type ChildProcess } from "node:child_process";
import { existsSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { WebSocket } from "ws";

/** Firefox's path; undefined if it is not installed: tests do not install it. */
export const firefoxPath = ["/usr/bin/firefox-esr", "/usr/bin/firefox"].find((path) =>
  existsSync(path),
);

interface Reply {
  readonly id?: number;
  readonly message?: string;
  readonly result?: Readonly<Record<string, unknown>>;
}

/** One tab of a Firefox without windows. */
export class Firefox {
  private nextId = 0;
  private readonly pending = new Map<number, (reply: Reply) => void>();
  private tab = "";

  private constructor(
    private readonly process: ChildProcess,
    private readonly profile: string,
    private readonly socket: WebSocket,
  ) {
    socket.on("message", (data: Buffer) => {
      const reply = JSON.parse(data.toString()) as Reply;
      if (reply.id !== undefined) this.pending.get(reply.id)?.(reply);
    });
  }

  static async launch(path: string): Promise<Firefox> {
    const profile = mkdtempSync(join(tmpdir(), "firefox-"));
    const args = ["--headless", "--no-remote", "--profile", profile, "--remote-debugging-port=0"];
    const child = spawn(path, args, { stdio: ["ignore", "ignore", "pipe"] });
    const address = await new Promise<string>((resolve, reject) => {
      let printed = "";
      child.stderr.on("data", (text: Buffer) => {
        printed += text.toString();
        const found = /WebDriver BiDi listening on (\S+)/.exec(printed)?.[1];
        if (found !== undefined) resolve(found);
      });
      child.on("exit", () => reject(new Error(`Firefox ended: ${printed}`)));
    });
    const socket = new WebSocket(`${address}/session`);
    await new Promise((resolve, reject) => socket.once("open", resolve).once("error", reject));
    const firefox = new Firefox(child, profile, socket);
    await firefox.send("session.new", { capabilities: {} });
    const { context } = await firefox.send("browsingContext.create", { type: "tab" });
    firefox.tab = context as string;
    await firefox.send("browsingContext.setViewport", {
      context,
      viewport: { width: 1280, height: 960 },
    });
    return firefox;
  }

  async goto(url: string): Promise<void> {
    await this.send("browsingContext.navigate", { context: this.tab, url, wait: "complete" });
  }

  /** The value of an expression in the page, or of its promise. */
  async evaluate(expression: string): Promise<unknown> {
    const { result, exceptionDetails } = (await this.send("script.evaluate", {
      expression: `Promise.resolve(${expression}).then(JSON.stringify)`,
      target: { context: this.tab },
      awaitPromise: true,
    })) as { result?: { value?: string }; exceptionDetails?: { text: string } };
    if (exceptionDetails !== undefined) throw new Error(exceptionDetails.text);
    return result?.value === undefined ? undefined : JSON.parse(result.value);
  }

  /** Waits until an expression in the page holds. */
  async waitFor(expression: string): Promise<void> {
    while ((await this.evaluate(`Boolean(${expression})`)) !== true) {
      await new Promise((resolve) => setTimeout(resolve, 200));
    }
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.process.once("exit", resolve));
    this.socket.close();
    this.process.kill();
    await ended;
    rmSync(this.profile, { recursive: true, force: true });
  }

  private async send(method: string, params: object): Promise<Readonly<Record<string, unknown>>> {
    const id = this.nextId++;
    const reply = await new Promise<Reply>((resolve) => {
      this.pending.set(id, resolve);
      this.socket.send(JSON.stringify({ id, method, params }));
    });
    this.pending.delete(id);
    if (reply.result === undefined) throw new Error(`${method}: ${reply.message}`);
    return reply.result;
  }
}
