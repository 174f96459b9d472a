import { createRequire } from "node:module";
import { gzipSync } from "node:zlib";
import { describe, expect, test } from "vitest";
import {
  colorOf,
  inOneTab,
  jupyter,
  lab,
  notebook,
  PATIENTLY,
  picture,
  serveStories,
  story,
  themeColor,
} from "./stories";

/** The stories with only the outputs that every front end shows. */
const asHtml = notebook.cells.map((cell) => {
  if (!("outputs" in cell)) return cell;
  const all = cell.outputs as { data: Record<string, unknown> }[];
  const outputs = all.map(({ data, ...output }) => {
    const { "text/html": html, "text/plain": text } = data;
    return {
      ...output,
      data: { "text/plain": text, ...(html !== undefined && { "text/html": html }) },
    };
  });
  return { ...cell, outputs };
});

serveStories({
  "html.ipynb": JSON.stringify({ ...notebook, cells: asHtml }),
  "foreign.ipynb": JSON.stringify({ ...notebook, cells: notebook.cells.slice(0, 1) }),
  "loop.tir": "for (i: int32, 0, 8) {\n  B[i] = (A[i] + 1f32)\n}\n",
  "page.md": "```tir\nfor (i: int32, 0, 8) {\n  B[i] = (A[i] + 1f32)\n}\n```\n",
});

describe("the language of the IR", () => {
  inOneTab();

  test("colours .tir files", async () => {
    await lab.open("loop.tir");
    const keyword = lab.page.locator(".jp-FileEditor .cm-line").getByText("for", { exact: true });
    expect(await colorOf(keyword)).toBe(await themeColor("--jp-mirror-editor-keyword-color"));
  });

  test("colours fenced blocks in Markdown", async () => {
    await lab.open("page.md");
    await lab.execute("markdownviewer:open", { path: "page.md" });
    const keyword = lab.page.locator(".jp-MarkdownViewer pre").getByText("for", { exact: true });
    expect(await colorOf(keyword)).toBe(await themeColor("--jp-mirror-editor-keyword-color"));
  });
});

describe("commands", () => {
  inOneTab(() => lab.open("stories.ipynb"));

  test("the toolbar's button shows the last lowered function beside the notebook", async () => {
    const tabs = lab.page.locator("#jp-main-dock-panel .lm-TabBar-tab");
    const before = await tabs.count();
    await lab.page
      .locator('.jp-NotebookPanel-toolbar [data-jp-item-name="tvm-vta-last-function"]')
      .click();
    await expect.poll(() => tabs.count(), PATIENTLY).toBe(before + 1);
    await lab.page.locator(".jp-tvm-Panel .jp-tvm-Ir").waitFor();
  });

  test("the palette has them all", async () => {
    await lab.execute("apputils:activate-command-palette", {});
    const palette = lab.page.locator(".lm-CommandPalette");
    await palette.locator("input").fill("Tensor Compiler");
    const labels = palette.locator(".lm-CommandPalette-itemLabel");
    await expect.poll(() => labels.count(), PATIENTLY).toBeGreaterThan(9);
    const texts = (await labels.allTextContents()).join();
    for (const label of ["Save View as SVG", "Open Tensor IR File", "Show Last Lowered Function"]) {
      expect(texts).toContain(label);
    }
    await lab.page.keyboard.press("Escape");
  });

  test("the view that was used last can be saved and copied", async () => {
    await lab.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const output = await story("tensor-diff");
    await output.locator(".heatmaplayer image").waitFor();
    await output.locator("strong").click();
    for (const [command, name] of [
      ["tvm-vta:save-svg", "view.svg"],
      ["tvm-vta:save-png", "view.png"],
      ["tvm-vta:save-text", "view.txt"],
    ] as const) {
      const saved = lab.page.waitForEvent("download");
      await lab.execute(command, {});
      expect((await saved).suggestedFilename()).toBe(name);
    }
    await lab.execute("tvm-vta:copy-text", {});
    expect(await lab.page.evaluate(() => navigator.clipboard.readText())).toBe(
      "elements that differ: 11 of 1024",
    );
    await lab.execute("tvm-vta:open-view", {});
    await lab.page.locator(".jp-tvm-Panel .heatmaplayer image").waitFor();
  });

  test("the menu switches options", async () => {
    const output = await story("tensor-vector");
    await output.locator(".barlayer").waitFor();
    await lab.page.locator(".lm-MenuBar-item", { hasText: "View" }).click();
    await lab.page.locator(".lm-Menu-item", { hasText: "Tensor Compiler" }).click();
    await lab.page.locator(".lm-Menu-item", { hasText: "Histogram of Tensor Values" }).click();
    await output.locator(".barlayer").waitFor({ state: "detached" });
    await lab.execute("tvm-vta:toggle-histogram", {});
    await output.locator(".barlayer").waitFor();
  });

  test("the launcher's card makes a file for lowered functions", async () => {
    await lab.openLauncher();
    await lab.page.locator(".jp-LauncherCard", { hasText: "Tensor IR" }).click();
    await lab.page.locator(".jp-FileEditor").waitFor();
    await lab.page.locator(".lm-TabBar-tab", { hasText: "untitled.tir" }).waitFor();
  });

  test("a file of the IR is chosen in a dialog", async () => {
    void lab.execute("tvm-vta:open-tir", {});
    const dialog = lab.page.getByRole("dialog");
    await dialog.getByText("loop.tir").waitFor();
    expect(await dialog.getByText("page.md").count()).toBe(0);
    await dialog.getByText("loop.tir").click();
    await dialog.locator(".jp-mod-accept").click();
    await lab.page.locator(".lm-TabBar-tab", { hasText: "loop.tir" }).waitFor();
  });
});

describe("without the extension", () => {
  inOneTab();

  test("nbconvert's page has the coloured IR and the pictures of tensors", async () => {
    const { page } = lab;
    await page.setContent(jupyter.convertToHtml("stories.ipynb"));
    const cell = (id: string) => page.locator(`#cell-id\\=${id}`);
    const matmul = cell("ir-matmul").locator("pre", { hasText: "primfn" });
    expect(await colorOf(matmul.getByText("allocate", { exact: true }))).toBe("rgb(122, 31, 162)");
    const heatmap = cell("tensor-packed").getByRole("img", {
      name: "down: axis 1, across: axis 3",
    });
    const width = await heatmap.evaluate((image) => (image as HTMLImageElement).naturalWidth);
    expect(width).toBe(80);
    await picture("nbconvert");
  });
});

describe("the extension", () => {
  inOneTab();

  /** The element that each of the main views has drawn when it is done. */
  const drawn = [
    ["ir-matmul", ".cm-line"],
    ["passes-matmul", ".jp-tvm-Passes .cm-line"],
    ["schedule-matmul", ".jp-tvm-Loops"],
    ["tensor-packed", ".heatmaplayer image"],
    ["tensor-diff", ".heatmaplayer image"],
    ["trace-threads", ".jp-tvm-Insn"],
    ["trace-cycles", ".jp-tvm-Insn"],
    ["profile", ".jp-tvm-Card-bar"],
    ["study", ".jp-tvm-Study .scatterlayer"],
    ["environment", ".jp-tvm-Table"],
    ["statistics", ".jp-tvm-Table"],
    ["passes-failed", ".jp-tvm-Failure"],
    ["tensor-diff-none", ".jp-tvm-Tick"],
    ["table", ".jp-tvm-Table"],
  ] as const;

  test("all views draw in Notebook 7", async () => {
    await lab.openInNotebook("stories.ipynb");
    for (const [id, selector] of drawn) {
      const output = await story(id);
      await output.locator(selector).first().waitFor(PATIENTLY);
      if (id === "tensor-packed") await picture("notebook-7");
    }
    await lab.page.locator('[data-jp-item-name="tvm-vta-last-function"]').click();
    await lab.page.locator(".jp-tvm-Panel .jp-tvm-Ir").waitFor();
  });

  test("is in Chinese when JupyterLab is", async () => {
    const plugin = "@jupyterlab/translation-extension:plugin";
    await lab.open("loop.tir");
    await lab.saveSettings(plugin, { locale: "zh_CN" });
    try {
      await lab.open("stories.ipynb");
      const output = await story("ir-matmul");
      await output.getByRole("button", { name: "全部折叠" }).waitFor();
      await lab.page.locator(".lm-MenuBar-item").nth(2).click();
      await lab.page.locator(".lm-Menu-item", { hasText: "张量编译器" }).click();
      const items = lab.page.locator(".lm-Menu").last().locator(".lm-Menu-itemLabel");
      await expect.poll(() => items.count(), PATIENTLY).toBeGreaterThan(3);
      const texts = (await items.allTextContents()).filter((text) => text !== "");
      expect(texts).toContain("张量数值直方图");
      for (const text of texts) expect(text).toMatch(/^[^A-Za-z]*\p{sc=Han}/u);
      await lab.page.keyboard.press("Escape");
      await lab.page.keyboard.press("Escape");
      await picture("ir-view-chinese");
    } finally {
      await lab.saveSettings(plugin, { locale: "default" });
    }
  });

  test("accessibility checks find nothing serious in any view", async () => {
    await lab.open("stories.ipynb");
    await lab.page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core") });
    // The notebook keeps only cells near the visible ones in the page.
    for (const theme of ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"]) {
      await lab.useTheme(theme);
      for (const [id, selector] of drawn) {
        const output = await story(id);
        await output.locator(selector).first().waitFor(PATIENTLY);
        expect(await lab.seriousViolations(output), `${id}, ${theme}`).toEqual([]);
      }
    }
    await lab.useTheme("JupyterLab Light");
  }, 240_000);

  test("accessibility checks find nothing serious in any HTML, in any theme", async () => {
    await lab.open("html.ipynb");
    await lab.page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core") });
    const ids = ["environment", "statistics", "schedule-matmul", "tensor-diff", "passes-matmul"];
    for (const theme of ["JupyterLab Light", "JupyterLab Dark", "JupyterLab Dark High Contrast"]) {
      await lab.useTheme(theme);
      for (const id of [
        ...ids,
        "trace-threads",
        "trace-cycles",
        "profile",
        "study",
        "ir-matmul",
        "tensor-odd",
      ]) {
        const output = await story(id);
        await output.locator(".jp-RenderedHTML").first().waitFor(PATIENTLY);
        expect(await lab.seriousViolations(output), `${id}, ${theme}`).toEqual([]);
      }
    }
    await lab.useTheme("JupyterLab Light");
  }, 240_000);

  test("is shown only in notebooks of this kernel", async () => {
    const button = lab.page.locator('[data-jp-item-name="tvm-vta-last-function"]');
    const tab = lab.page.locator('.jp-SideBar [data-id="jp-tvm-session"]');
    await lab.open("foreign.ipynb");
    await button.waitFor({ state: "hidden" });
    await tab.waitFor({ state: "hidden" });
    await lab.open("stories.ipynb");
    await button.waitFor();
    await tab.waitFor();
  });

  test("shows a message when the code that draws plots cannot be loaded", async () => {
    const context = lab.page.context();
    // It is by far the largest file that the extension loads.
    await context.route(/jupyterlab-tvm-vta\/static\//, async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      if (body.length > 1_000_000) await route.abort();
      else await route.fulfill({ response, body });
    });
    try {
      await lab.open("stories.ipynb");
      const output = await story("tensor-packed");
      await output.getByText("The plot could not be drawn").first().waitFor(PATIENTLY);
    } finally {
      await context.unrouteAll({ behavior: "wait" });
    }
  });

  test("loads at most 60 KiB with JupyterLab, and Plotly only for a plot", async () => {
    const loaded = new Map<string, number>();
    const context = lab.page.context();
    // The page may have moved to another address by the time its response is read, so the response is
    // fetched here and passed to the page.
    await context.route(/extensions\/jupyterlab-tvm-vta\/static\//, async (route) => {
      const response = await route.fetch();
      const body = await response.body();
      const file = /static\/([^?]+)/.exec(route.request().url())![1]!;
      loaded.set(file, gzipSync(body).length);
      await route.fulfill({ response, body });
    });
    const total = () => [...loaded.values()].reduce((sum, size) => sum + size, 0);
    try {
      await lab.openLauncher();
      expect([...loaded.keys()].some((file) => file.startsWith("remoteEntry"))).toBe(true);
      expect(total()).toBeLessThan(60 * 1024);

      await lab.open("stories.ipynb");
      await (await story("tensor-packed")).locator(".heatmaplayer image").waitFor();
      expect(total()).toBeGreaterThan(400 * 1024);
    } finally {
      await context.unrouteAll({ behavior: "wait" });
    }
  });

  test("clearing an output while it is drawn causes no error", async () => {
    await lab.open("stories.ipynb");
    lab.errors.length = 0;
    const cells = notebook.cells as readonly { id: string; outputs?: { data: object }[] }[];
    for (const [id] of drawn) {
      const { data } = cells.find((cell) => cell.id === id)!.outputs![0]!;
      for (const [type, view] of Object.entries(data)) {
        if (type.startsWith("application/vnd.tvm-vta.")) await lab.clearEarly(type, view);
      }
    }
    expect(lab.errors).toEqual([]);
  });

  test("no error is thrown while every story is shown", async () => {
    await lab.open("stories.ipynb");
    lab.errors.length = 0;
    for (const { id, cell_type } of notebook.cells) {
      if (cell_type === "code") await story(id);
    }
    expect(lab.errors).toEqual([]);
  });
});
