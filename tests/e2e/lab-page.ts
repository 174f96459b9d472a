/** JupyterLab or Notebook in a browser tab. */

import { fileURLToPath } from "node:url";
import type { Browser, Locator, Page } from "playwright-core";
import type { Jupyter } from "./jupyter";

/** The application object, which JupyterLab exposes if its server was started so. */
interface ExposedApp {
  readonly commands: { execute(command: string, args: object): Promise<unknown> };
  readonly shell: {
    readonly currentWidget: {
      readonly content: { readonly rendermime: ExposedRenderMime };
      readonly sessionContext?: { readonly session?: { readonly kernel: unknown } };
    };
    add(widget: ExposedRenderer, area: "main"): void;
  };
  readonly serviceManager: { settings: { save(plugin: string, raw: string): Promise<void> } };
}

interface ExposedRenderMime {
  createModel(options: object): object;
  createRenderer(mimeType: string): ExposedRenderer;
}

interface ExposedRenderer {
  id: string;
  readonly node: HTMLElement;
  renderModel(model: object): Promise<void>;
  dispose(): void;
}

export interface OpenOptions {
  /** Whether the notebook names a kernel, which is then started; else it has no kernel. */
  readonly kernel?: boolean;
}

/** Loading a page or starting a process takes long on a busy machine. */
const SLOWLY = { timeout: 55_000 };

export class LabPage {
  /** Uncaught errors of scripts, with their places. */
  readonly errors: string[] = [];

  private constructor(
    private readonly jupyter: Jupyter,
    readonly page: Page,
  ) {
    page.setDefaultTimeout(SLOWLY.timeout);
    page.on("pageerror", (error) => this.errors.push(error.stack ?? error.message));
  }

  static async create(browser: Browser, jupyter: Jupyter): Promise<LabPage> {
    const context = await browser.newContext({ viewport: { width: 1280, height: 960 } });
    return new LabPage(jupyter, await context.newPage());
  }

  close(): Promise<void> {
    return this.page.context().close();
  }

  /** Opens a file in JupyterLab and nothing else. */
  async open(file: string, options: OpenOptions = {}): Promise<void> {
    await this.page.goto(`${this.jupyter.url}lab/tree/${file}?reset`);
    await this.page.locator("#jp-main-dock-panel .lm-DockPanel-widget").waitFor(SLOWLY);
    if (file.endsWith(".ipynb")) await this.awaitKernel(options);
  }

  /** JupyterLab with nothing open. */
  async openLauncher(): Promise<void> {
    await this.page.goto(`${this.jupyter.url}lab?reset`);
    await this.page.locator(".jp-Launcher").waitFor(SLOWLY);
  }

  /** Opens a notebook in Notebook 7. */
  async openInNotebook(file: string, options: OpenOptions = {}): Promise<void> {
    await this.page.goto(`${this.jupyter.url}notebooks/${file}`);
    await this.awaitKernel(options);
  }

  /** Answers the dialog of a notebook that names no kernel, or waits for the kernel that it names. */
  private async awaitKernel({ kernel = false }: OpenOptions): Promise<void> {
    if (!kernel) {
      await this.page.getByRole("dialog").locator(".jp-mod-reject").click(SLOWLY);
      return;
    }
    await this.page.waitForFunction(
      () =>
        (window as unknown as { jupyterapp?: ExposedApp }).jupyterapp?.shell.currentWidget
          ?.sessionContext?.session?.kernel,
      undefined,
      SLOWLY,
    );
    await this.idle();
  }

  /** Waits until the kernel of the open notebook is idle. */
  async idle(): Promise<void> {
    const idle = '.jp-Notebook-ExecutionIndicator[data-status="idle"]';
    await this.page.locator(`${idle}, .jp-NotebookKernelStatus:has-text("idle")`).waitFor(SLOWLY);
  }

  /** The output of the notebook's `index`-th cell, scrolled to. */
  async output(index: number): Promise<Locator> {
    const output = this.page.locator(".jp-Notebook .jp-Cell").nth(index).locator(".jp-OutputArea");
    await output.scrollIntoViewIfNeeded();
    return output;
  }

  /** Writes a picture of the page for the documentation, if `UPDATE_IMAGES` is set. */
  async picture(name: string): Promise<void> {
    if (process.env["UPDATE_IMAGES"] === undefined) return;
    const path = fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url));
    await this.page.screenshot({ path });
  }

  /** The serious findings of axe-core, which the page has loaded, about an element. */
  seriousViolations(element: Locator): Promise<string[]> {
    return element.evaluate(async (checked) => {
      const { axe } = window as unknown as { axe: typeof import("axe-core") };
      const { violations } = await axe.run(checked, { resultTypes: ["violations"] });
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`);
    });
  }

  async execute(command: string, args: object): Promise<void> {
    await this.page.evaluate(
      ([name, given]) =>
        (window as unknown as { jupyterapp: ExposedApp }).jupyterapp.commands
          .execute(name, given)
          .then(() => undefined),
      [command, args] as const,
    );
  }

  /** Saves settings of a plugin of JupyterLab's. */
  async saveSettings(plugin: string, settings: object): Promise<void> {
    await this.page.evaluate(
      ([name, raw]) =>
        (window as unknown as { jupyterapp: ExposedApp }).jupyterapp.serviceManager.settings.save(
          name,
          raw,
        ),
      [plugin, JSON.stringify(settings)] as const,
    );
  }

  /**
   * Milliseconds until a renderer in a separate tab has drawn what `selector` finds.
The code that runs in the page has no named functions: compilers add helpers for names, which the page lacks.
   */
  timeRenderer(mimeType: string, data: unknown, selector: string): Promise<number> {
    return this.page.evaluate(
      async ([type, json, wanted]) => {
        const { shell } = (window as unknown as { jupyterapp: ExposedApp }).jupyterapp;
        const { rendermime } = shell.currentWidget.content;
        const renderer = rendermime.createRenderer(type);
        const notebook = shell.currentWidget as unknown as ExposedRenderer;
        const start = performance.now();
        renderer.id = `timed-${start}`;
        const rendered = renderer.renderModel(rendermime.createModel({ data: { [type]: json } }));
        shell.add(renderer, "main");
        await rendered;
        while (renderer.node.querySelector(wanted) === null)
          await new Promise(requestAnimationFrame);
        await new Promise(requestAnimationFrame);
        const time = performance.now() - start;
        renderer.dispose();
        while (shell.currentWidget !== (notebook as unknown))
          await new Promise(requestAnimationFrame);
        return time;
      },
      [mimeType, data, selector] as const,
    );
  }

  /** Clears an output while its view is being drawn; rejects as drawing does. */
  clearEarly(mimeType: string, data: unknown): Promise<void> {
    return this.page.evaluate(
      async ([type, json]) => {
        const { shell } = (window as unknown as { jupyterapp: ExposedApp }).jupyterapp;
        const { rendermime } = shell.currentWidget.content;
        const renderer = rendermime.createRenderer(type);
        const rendered = renderer.renderModel(rendermime.createModel({ data: { [type]: json } }));
        renderer.dispose();
        await rendered;
      },
      [mimeType, data] as const,
    );
  }

  async useTheme(theme: string): Promise<void> {
    await this.execute("apputils:change-theme", { theme });
    const body = this.page.locator(`body[data-jp-theme-name="${theme}"]`);
    await body.waitFor({ state: "attached" });
  }
}
