/** The site that needs no install: built, served as plain files, and opened in a browser. */

import { createReadStream, existsSync, readFileSync, statSync } from "node:fs";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { extname, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { gzipSync } from "node:zlib";
import type { Browser, Page } from "playwright-core";
import { buildPackages, once, root, run } from "../support/jupyter-env";
import { installExtension } from "./jupyter";

const site = join(root, "lite/build/site");

const types: Readonly<Record<string, string>> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
  ".json": "application/json",
  ".css": "text/css",
  ".svg": "image/svg+xml",
};

export function buildSite(): void {
  buildPackages();
  installExtension();
  once("site", () => run(process.execPath, join(root, "lite/scripts/build.mjs")));
}

/** The site's file at a path; undefined if there is none. */
function fileAt(pathname: string): string | undefined {
  const path = pathname.endsWith("/") ? `${pathname}index.html` : pathname;
  const file = join(site, decodeURI(path));
  const exists = file.startsWith(site) && existsSync(file) && !statSync(file).isDirectory();
  return exists ? file : undefined;
}

/** A plain file server. */
export class SiteServer {
  private constructor(
    private readonly server: Server,
    readonly url: string,
    /** The paths of all requests, in order. */
    readonly requests: readonly string[],
  ) {}

  /** @param delays milliseconds before a file is sent, by its path in the site */
  static async start(
    headers: Readonly<Record<string, string>> = {},
    delays: Readonly<Record<string, number>> = {},
  ): Promise<SiteServer> {
    const requests: string[] = [];
    const server = createServer(async (request, response) => {
      const { pathname } = new URL(request.url!, "http://localhost");
      await sleep(delays[pathname] ?? 0);
      requests.push(pathname);
      const file = fileAt(pathname);
      if (file === undefined) {
        response.writeHead(404).end();
        return;
      }
      const type = types[extname(file)] ?? "application/octet-stream";
      response.writeHead(200, { "content-type": type, ...headers });
      createReadStream(file).pipe(response);
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    return new SiteServer(server, `http://127.0.0.1:${port}/`, requests);
  }

  /** The size of all requested files, compressed. */
  compressedBytes(): number {
    let bytes = 0;
    for (const path of new Set(this.requests)) {
      const file = fileAt(path);
      if (file !== undefined) bytes += gzipSync(readFileSync(file)).length;
    }
    return bytes;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

/** The result of a cell that a page's kernel ran. */
export interface PageRun {
  readonly status: string;
  readonly ename?: string;
  readonly evalue?: string;
  readonly trace: string;
  readonly result: string | undefined;
  readonly stdout: string;
}

interface KernelFuture {
  onStdin: (message: { header: object }) => void;
  onIOPub: (message: { header: { msg_type: string }; content: Record<string, unknown> }) => void;
  readonly done: Promise<{ content: Record<string, unknown> }>;
}

interface PageKernel {
  requestExecute(content: object): KernelFuture;
  requestComplete(content: object): Promise<{ content: { matches: string[] } }>;
  requestInspect(content: object): Promise<{ content: { data: Record<string, string> } }>;
  interrupt(): Promise<void>;
  sendInputReply(content: object, parent: object): void;
}

interface LitePage extends Window {
  readonly jupyterapp?: {
    readonly commands: { execute(command: string): Promise<unknown> };
    readonly serviceManager: {
      readonly contents: {
        save(path: string, model: object): Promise<unknown>;
        get(path: string): Promise<{ size: number }>;
      };
    };
    readonly shell: {
      readonly currentWidget?: {
        readonly sessionContext?: { readonly session?: { readonly kernel?: PageKernel } };
      };
    };
  };
}

/** A notebook that is open in the page. */
export class LiteNotebook {
  readonly errors: string[] = [];

  private constructor(readonly page: Page) {
    page.setDefaultTimeout(120_000);
    page.on("pageerror", (error) => this.errors.push(error.stack ?? error.message));
  }

  static async open(browser: Browser, url: string, path: string): Promise<LiteNotebook> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 960 } });
    return LiteNotebook.at(await context.newPage(), `${url}lab/index.html?path=${path}`);
  }

  /** The notebook that an address opens. */
  static async at(page: Page, address: string): Promise<LiteNotebook> {
    const notebook = new LiteNotebook(page);
    await notebook.page.goto(address);
    await notebook.page.waitForFunction(
      () =>
        (window as unknown as LitePage).jupyterapp?.shell.currentWidget?.sessionContext?.session
          ?.kernel,
    );
    return notebook;
  }

  async command(name: string): Promise<void> {
    await this.page.evaluate((command) => {
      void (window as unknown as LitePage).jupyterapp!.commands.execute(command);
    }, name);
  }

  /** A link with the notebook inside. */
  async copyLink(): Promise<string> {
    return this.page.evaluate(async () => {
      const { commands } = (window as unknown as LitePage).jupyterapp!;
      return (await commands.execute("tvm-vta-lite:copy-link")) as string;
    });
  }

  /** Writes a file beside the notebook. */
  async save(name: string, content: string): Promise<void> {
    await this.page.evaluate(
      async ([name, content]) => {
        const { contents } = (window as unknown as LitePage).jupyterapp!.serviceManager;
        await contents.save(`tutorials/${name}`, { type: "file", format: "text", content });
      },
      [name, content] as const,
    );
  }

  /** The size of a file beside the notebook. */
  size(name: string): Promise<number> {
    return this.page.evaluate(async (name) => {
      const { contents } = (window as unknown as LitePage).jupyterapp!.serviceManager;
      return (await contents.get(`tutorials/${name}`)).size;
    }, name);
  }

  /** Runs a cell that is not in the notebook; `answer` is the reply to its prompts. */
  run(
    code: string,
    { stopAfter, answer }: { stopAfter?: number; answer?: string } = {},
  ): Promise<PageRun> {
    return this.page.evaluate(
      async ([code, stopAfter, answer]) => {
        const { jupyterapp } = window as unknown as LitePage;
        const kernel = jupyterapp!.shell.currentWidget!.sessionContext!.session!.kernel!;
        const future = kernel.requestExecute({
          code,
          stop_on_error: false,
          allow_stdin: answer !== undefined,
        });
        future.onStdin = ({ header }) =>
          kernel.sendInputReply({ status: "ok", value: answer }, header);
        let result: string | undefined;
        let stdout = "";
        future.onIOPub = ({ header, content }) => {
          if (header.msg_type === "stream") stdout += content["text"] as string;
          if (header.msg_type === "execute_result") {
            result = (content["data"] as Record<string, string>)["text/plain"];
          }
        };
        if (stopAfter !== undefined) setTimeout(() => void kernel.interrupt(), stopAfter);
        const { content } = await future.done;
        const trace = ((content["traceback"] as string[] | undefined) ?? []).join("\n");
        return { ...(content as { status: string }), trace, result, stdout };
      },
      [code, stopAfter, answer] as const,
    );
  }

  complete(code: string): Promise<string[]> {
    return this.page.evaluate(async (code) => {
      const { jupyterapp } = window as unknown as LitePage;
      const kernel = jupyterapp!.shell.currentWidget!.sessionContext!.session!.kernel!;
      const reply = await kernel.requestComplete({ code, cursor_pos: code.length });
      return reply.content.matches;
    }, code);
  }

  inspect(code: string): Promise<string> {
    return this.page.evaluate(async (code) => {
      const { jupyterapp } = window as unknown as LitePage;
      const kernel = jupyterapp!.shell.currentWidget!.sessionContext!.session!.kernel!;
      const request = { code, cursor_pos: code.length, detail_level: 0 };
      const reply = await kernel.requestInspect(request);
      return reply.content.data["text/plain"] ?? "";
    }, code);
  }

  close(): Promise<void> {
    return this.page.context().close();
  }
}
