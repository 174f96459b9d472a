import { createRequire } from "node:module";
import { fileURLToPath } from "node:url";
import { gzipSync } from "node:zlib";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { storiesNotebook } from "../../extension/stories/notebook";
import { launchChromium } from "../support/chromium";
import { installExtension, Jupyter } from "./jupyter";
import { LabPage } from "./lab-page";

const notebook = await storiesNotebook();

/** On a busy machine a page takes its time. */
const PATIENTLY = { timeout: 20_000 };
/** Milliseconds for what comes before and after tests. */
const HOOKS = 120_000;

/** A million elements, of which the kernel knows each. */
const live = {
  cells: [
    {
      cell_type: "code",
      execution_count: null,
      id: "live",
      metadata: {},
      outputs: [],
      source: [
        'import { np, view } from "tvm-ts";\n',
        'view.heatmap(np.arange(1024 * 1024).reshape([1024, 1024]), "A")',
      ],
    },
  ],
  metadata: { kernelspec: { name: "tvm-vta", display_name: "TypeScript (TVM/VTA)" } },
  nbformat: 4,
  nbformat_minor: 5,
};

const files = {
  "live.ipynb": JSON.stringify(live),
  "stories.ipynb": JSON.stringify(notebook),
  // Trust is given to contents, not to files: these must differ.
  "trusted.ipynb": JSON.stringify({ ...notebook, metadata: { title: "trusted" } }),
  "loop.tir": "for (i: int32, 0, 8) {\n  B[i] = (A[i] + 1f32)\n}\n",
  "page.md": "```tir\nfor (i: int32, 0, 8) {\n  B[i] = (A[i] + 1f32)\n}\n```\n",
};

let jupyter: Jupyter;
let browser: Browser;
/** The tab of the tests that are running. */
let lab: LabPage;

beforeAll(async () => {
  installExtension();
  jupyter = await Jupyter.start(files, ["trusted.ipynb"]);
  browser = await launchChromium();
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await jupyter?.stop();
}, HOOKS);

/** The tests around this call share one tab, in which `open` has been done. */
function inOneTab(open: () => Promise<void> = () => Promise.resolve()): void {
  beforeAll(async () => {
    lab = await LabPage.create(browser, jupyter);
    await open();
  }, HOOKS);
  afterAll(() => lab.close(), HOOKS);
}

/** The output of a story in the notebook that is open. */
function story(id: string): Promise<Locator> {
  return lab.output(notebook.cells.findIndex((cell) => cell.id === id));
}

/** The word of IR whose text is exactly `word`. */
function word(output: Locator, text: string): Locator {
  return output.locator(".cm-line").getByText(text, { exact: true });
}

/** The terms of a list, each with its definition. */
async function pairs(list: Locator): Promise<(readonly [string, string])[]> {
  const [terms, definitions] = await Promise.all([
    list.locator("dt").allTextContents(),
    list.locator("dd").allTextContents(),
  ]);
  return terms.map((term, i) => [term, definitions[i]!]);
}

function colorOf(element: Locator): Promise<string> {
  return element.evaluate((node) => getComputedStyle(node).color);
}

/** A colour of the theme, as the browser computes it. */
function themeColor(name: string): Promise<string> {
  return lab.page.evaluate((variable) => {
    const probe = document.createElement("span");
    probe.style.color = `var(${variable})`;
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }, name);
}

/** What is told of the corner of a plot when the pointer is there. */
async function hovered(output: Locator, layer: string): Promise<string | null> {
  // Outputs above may still grow and move the plot away from under the pointer.
  const plot = output.locator(".js-plotly-plot", { has: lab.page.locator(layer) }).first();
  const x = 4 + Math.round(Math.random() * 4);
  await plot.locator(".nsewdrag").hover({ position: { x, y: 3 } });
  const label = plot.locator(".hovertext");
  return (await label.count()) === 1 ? label.textContent() : null;
}

/** Keeps a picture of the page, or of an output, for the documentation, when asked to. */
async function picture(name: string, output?: Locator): Promise<void> {
  if (process.env["UPDATE_IMAGES"] === undefined) return;
  const path = fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url));
  await (output ?? lab.page).screenshot({ path });
}

describe("the IR view", () => {
  inOneTab(() => lab.open("stories.ipynb"));

  test("colours words as the theme colours code", async () => {
    const output = await story("ir-matmul");
    const keyword = await themeColor("--jp-mirror-editor-keyword-color");
    expect(await colorOf(word(output, "allocate"))).toBe(keyword);
    const builtin = await themeColor("--jp-mirror-editor-builtin-color");
    expect(await colorOf(word(output, "int32").first())).toBe(builtin);
    const definition = await themeColor("--jp-mirror-editor-def-color");
    expect(await colorOf(word(output, "k.outer").first())).toBe(definition);
  });

  test("says what a name is under the pointer, and lights its uses", async () => {
    const output = await story("ir-matmul");
    await word(output, "i.inner").first().hover();
    const tooltip = lab.page.locator(".jp-tvm-Facts");
    await tooltip.waitFor();
    const facts = Object.fromEntries(await pairs(tooltip));
    expect(facts).toMatchObject({
      Type: "int32",
      Loop: "32 iterations",
      "Comes from": "the inner part of i, split by 32",
    });
    expect(facts["Made at"]).toMatch(/stories\/programs\.ts:\d+:\d+$/);
    const lit = await output.locator(".jp-tvm-use").allTextContents();
    expect(lit.length).toBeGreaterThan(2);
    expect(new Set(lit)).toEqual(new Set(["i.inner"]));
    await picture("ir-view");
  });

  test("says what a loop came from when its keyword is clicked", async () => {
    const output = await story("ir-matmul");
    await output.locator(".cm-line", { hasText: "k.outer: int32" }).getByText("for").click();
    expect(await output.getByRole("status").textContent()).toContain(
      "k.outer · Loop: 250 iterations · Comes from: the outer part of k, split by 4",
    );
  });

  test("is read with the keyboard, which does nothing to the notebook meanwhile", async () => {
    const output = await story("ir-matmul");
    await output.locator(".cm-content").focus();
    await lab.page.keyboard.press("Control+Home");
    for (let i = 0; i < 7; i++) await lab.page.keyboard.press("ArrowDown");
    for (let i = 0; i < 3; i++) await lab.page.keyboard.press("ArrowRight");
    expect(await output.getByRole("status").textContent()).toContain("Loop: 1024 iterations");
    const cells = await lab.page.locator(".jp-Notebook .jp-Cell").count();
    await lab.page.keyboard.type("ddxx");
    expect(await lab.page.locator(".jp-Notebook .jp-Cell").count()).toBe(cells);
    expect(await output.locator(".cm-content").textContent()).not.toContain("ddxx");
  });

  test("folds and unfolds blocks", async () => {
    const output = await story("ir-matmul");
    const lines = output.locator(".cm-line");
    const all = await lines.count();
    await output.getByRole("button", { name: "Fold all", exact: true }).click();
    expect(await lines.count()).toBeLessThan(10);
    await output.getByRole("button", { name: "Unfold all", exact: true }).click();
    expect(await lines.count()).toBe(all);
  });

  test("finds text", async () => {
    const output = await story("ir-long");
    await output.getByRole("button", { name: "Find" }).click();
    await lab.page.keyboard.type("cse_var_300");
    await lab.page.keyboard.press("Enter");
    const match = output.locator(".cm-searchMatch-selected");
    await match.waitFor();
    expect(await match.textContent()).toBe("cse_var_300");
  });

  test("copies the whole text", async () => {
    await lab.page.context().grantPermissions(["clipboard-read", "clipboard-write"]);
    const output = await story("ir-matmul");
    await output.getByRole("button", { name: "Copy" }).click();
    const copied = await lab.page.evaluate(() => navigator.clipboard.readText());
    expect(copied).toMatch(/^@main = primfn\(A_1: handle/);
    expect(copied.trimEnd().split("\n")).toHaveLength(
      await output.locator(".cm-lineNumbers .cm-gutterElement:visible").count(),
    );
  });

  test.each([
    ["ir-damaged", "This output is damaged (places lie outside the text or name no fact)."],
    ["ir-future", "This output has format 2, and the installed extension draws format 1."],
  ])("says in a sentence why %s is not drawn, and shows its text", async (id, sentence) => {
    const message = (await story(id)).locator(".jp-tvm-Message");
    expect(await message.locator("p").textContent()).toContain(sentence);
    expect(await message.locator("pre").textContent()).toContain("@main = primfn(");
  });

  test("shows texts that look like HTML as text", async () => {
    const output = await story("ir-hostile");
    await word(output, "x").hover();
    await lab.page.locator(".jp-tvm-Facts").waitFor();
    expect(await lab.page.evaluate(() => "hacked" in window)).toBe(false);
    expect(await output.locator("img, script").count()).toBe(0);
  });

  test("follows the theme", async () => {
    const output = await story("ir-matmul");
    const light = await colorOf(word(output, "allocate"));
    await lab.useTheme("JupyterLab Dark");
    const dark = await colorOf(word(output, "allocate"));
    expect(dark).not.toBe(light);
    expect(dark).toBe(await themeColor("--jp-mirror-editor-keyword-color"));
    await picture("ir-view-dark");
    await lab.useTheme("JupyterLab Light");
  });
});

describe("the pass view", () => {
  inOneTab(() => lab.open("stories.ipynb"));

  const options = (output: Locator) => output.getByRole("listbox").getByRole("option");

  test("lists the passes that changed something, and shows what the chosen one did", async () => {
    const output = await story("passes-matmul");
    await output.getByRole("listbox").waitFor();
    const changed = await options(output).count();
    await output.getByRole("checkbox", { name: "Only what changed" }).uncheck();
    expect(await options(output).count()).toBeGreaterThan(changed);
    await output.getByRole("checkbox", { name: "Only what changed" }).check();
    await options(output).filter({ hasText: "tir.VectorizeLoop" }).click();
    await output.locator(".cm-deletedChunk", { hasText: '"vectorized"' }).waitFor();
    expect(await output.getByRole("status").textContent()).toContain("tir.VectorizeLoop: ");
    await picture("pass-view", output);
  });

  test("is walked through with the keyboard", async () => {
    const output = await story("passes-matmul");
    const list = output.getByRole("listbox");
    const selected = list.locator('[aria-selected="true"] .jp-tvm-PassName');
    await list.focus();
    await lab.page.keyboard.press("Home");
    const first = await selected.textContent();
    await lab.page.keyboard.press("ArrowDown");
    expect(await selected.textContent()).not.toBe(first);
    await lab.page.keyboard.press("ArrowUp");
    expect(await selected.textContent()).toBe(first);
  });

  test("finds passes by a part of their name", async () => {
    const output = await story("passes-matmul");
    await output.getByRole("searchbox").fill("unroll");
    expect(await options(output).locator(".jp-tvm-PassName").allTextContents()).toEqual([
      "tir.UnrollLoop",
    ]);
    await output.getByRole("searchbox").fill("");
  });

  test("compares any two texts, side by side; the layout is remembered", async () => {
    const output = await story("passes-matmul");
    await options(output).filter({ hasText: "tir.CommonSubexprElimTIR" }).click();
    await output.getByLabel("Show").selectOption({ label: "Side by side" });
    await output.getByLabel("Compare with").selectOption({ label: "before all passes" });
    const [before, after] = [
      output.locator(".cm-merge-a .cm-content"),
      output.locator(".cm-merge-b .cm-content"),
    ];
    await before.waitFor();
    expect(await before.locator(".cm-changedLine").count()).toBeGreaterThan(0);
    expect(await after.textContent()).toContain("@main = primfn(");
    await picture("pass-view-side-by-side", output);
    await lab.open("stories.ipynb");
    const reloaded = await story("passes-matmul");
    await reloaded.locator(".cm-merge-a").waitFor();
    await reloaded.getByLabel("Show").selectOption({ label: "Unified" });
  });

  test.each([
    ["passes-damaged", "a pass names a text that is not there"],
    ["passes-future", "This output has format 2"],
  ])("says why %s is not drawn", async (id, sentence) => {
    const message = (await story(id)).locator(".jp-tvm-Message p");
    expect(await message.textContent()).toContain(sentence);
  });

  test("says so when there are no passes", async () => {
    const output = await story("passes-none");
    expect(await output.getByRole("toolbar").textContent()).toContain("0 passes");
  });
});

describe("the schedule view", () => {
  inOneTab(() => lab.open("stories.ipynb"));

  test("shows a stage inside the loop that computes it", async () => {
    const output = await story("schedule-matmul");
    const inner = output.locator(".jp-tvm-Stage .jp-tvm-Loops .jp-tvm-Stage");
    expect(await inner.locator("summary strong").textContent()).toBe("C.local");
    expect(await inner.locator("summary").textContent()).toContain(
      "computed at i.outer.j.outer.fused of C",
    );
    const loop = inner.locator("li", { has: lab.page.getByText("k.outer", { exact: true }) });
    expect(await loop.first().textContent()).toContain("250 steps");
    await picture("schedule-view", output);
  });

  test("folds and unfolds, by the keyboard too", async () => {
    const output = await story("schedule-matmul");
    const loop = output.getByText("k.outer", { exact: true });
    await output.getByRole("button", { name: "Fold all", exact: true }).click();
    expect(await loop.isVisible()).toBe(false);
    await output.getByRole("button", { name: "Unfold all", exact: true }).click();
    expect(await loop.isVisible()).toBe(true);
    await output.locator("summary").last().focus();
    await lab.page.keyboard.press("Enter");
    expect(await loop.isVisible()).toBe(false);
  });

  test.each([
    ["schedule-inlined", "inlined"],
    ["schedule-stage", "1 stage"],
    ["schedule-damaged", "a stage is computed in a loop that is not there"],
    ["schedule-future", "This output has format 2"],
  ])("draws or explains %s", async (id, text) => {
    expect(await (await story(id)).textContent()).toContain(text);
  });
});

describe("the tensor view", () => {
  inOneTab(() => lab.open("stories.ipynb"));

  test("draws a heatmap, and tells index and value under the pointer", async () => {
    const output = await story("tensor-packed");
    await output.locator(".heatmaplayer image").waitFor();
    expect(await output.locator("strong").textContent()).toBe("A: int32 [1, 64, 1, 16]");
    expect(await output.locator("p").textContent()).toContain("min -128 · max 127");
    await expect
      .poll(() => hovered(output, ".heatmaplayer"), PATIENTLY)
      .toMatch(/^\[0, 0, 0, 0\]: -?\d+$/);
    await picture("tensor-view");
  });

  test("draws a million elements as means, with the tensor's own indices", async () => {
    const output = await story("tensor-million");
    await output.locator(".heatmaplayer image").waitFor();
    expect(await output.locator("p").textContent()).toContain("each cell is the mean of 4 × 4");
    const ticks = await output
      .locator(".js-plotly-plot")
      .first()
      .locator(".xtick")
      .allTextContents();
    expect(Math.max(...ticks.map(Number))).toBeGreaterThan(700);
  });

  test("shows one index of an axis, chosen with a slider", async () => {
    const output = await story("tensor-layout");
    await output.locator(".heatmaplayer image").first().waitFor();
    await output.getByLabel("C", { exact: true }).selectOption({ label: "at one index" });
    await output.getByLabel("index of C", { exact: true }).fill("3");
    expect(await output.locator("output").first().textContent()).toBe("3");
    await expect.poll(() => hovered(output, ".heatmaplayer")).toMatch(/^\[0, 3, 0, 0, 0, \d+\]: /);
    await picture("tensor-view-slider", output);
  });

  test("shows packed data unpacked", async () => {
    const output = await story("tensor-layout");
    await output.getByLabel("Unpacked").check();
    const titles = async () => [
      await output.locator(".ytitle").first().textContent(),
      await output.locator(".xtitle").first().textContent(),
    ];
    await expect.poll(titles, PATIENTLY).toEqual(["C", "H W"]);
    expect(await output.getByLabel("c", { exact: true }).count()).toBe(0);
    await picture("tensor-view-unpacked", output);
  });

  test("shows how often values occur, as long as that is wanted", async () => {
    const output = await story("tensor-vector");
    await output.locator(".barlayer").waitFor();
    const wanted = output.getByRole("checkbox", { name: "Histogram" });
    await wanted.uncheck();
    await output.locator(".barlayer").waitFor({ state: "detached" });
    await wanted.check();
    await output.locator(".barlayer").waitFor();
  });

  test("shows where two tensors differ", async () => {
    const output = await story("tensor-diff");
    await output.locator(".heatmaplayer image").waitFor();
    expect(await output.locator("strong").textContent()).toBe("got − wanted: int32 [32, 32]");
    expect(await output.locator("p").textContent()).toContain(
      "11 of 1024 elements differ · largest difference 3",
    );
    await output.getByText("The first 10 of 11").click();
    expect(await output.locator("tr").nth(1).locator("th, td").allTextContents()).toEqual([
      "[0, 7]",
      "10",
      "7",
    ]);
    await picture("tensor-difference", output);
    const none = await story("tensor-diff-none");
    expect(await none.locator("p").textContent()).toContain("all 1024 elements agree");
  });

  test.each([
    ["tensor-vector", "A: uint8 [256]", 2],
    ["tensor-odd", "A: float32 [8, 8]", 2],
    ["tensor-scalar", "A: float64 []", 2],
    ["tensor-empty", "A: int8 [0, 4]", 0],
  ])("draws %s", async (id, title, plots) => {
    const output = await story(id);
    await output.getByText(title).waitFor();
    if (plots > 0) await output.locator(".heatmaplayer image").waitFor();
    await expect.poll(() => output.locator(".js-plotly-plot").count(), PATIENTLY).toBe(plots);
  });

  test("says why damaged data are not drawn", async () => {
    const message = (await story("tensor-damaged")).locator(".jp-tvm-Message p");
    expect(await message.textContent()).toContain("there are not as many values as the shape says");
  });

  test("takes the theme's colours when the theme changes", async () => {
    const output = await story("tensor-packed");
    const tick = output.locator(".xtick text").first();
    await tick.waitFor();
    const fill = () => tick.evaluate((node) => getComputedStyle(node).fill);
    const light = await fill();
    await lab.useTheme("JupyterLab Dark");
    await expect.poll(fill, PATIENTLY).not.toBe(light);
    await picture("tensor-view-dark");
    await lab.useTheme("JupyterLab Light");
  });
});

describe("a tensor of a million elements whose kernel runs", () => {
  inOneTab(() => lab.open("live.ipynb", { kernel: true }));

  test("is shown element by element where it is zoomed in", async () => {
    await lab.execute("notebook:run-all-cells", {});
    const output = await lab.output(0);
    await output.locator(".heatmaplayer image").waitFor(PATIENTLY);
    const area = (await output.locator(".nsewdrag").first().boundingBox())!;
    const { mouse } = lab.page;
    await mouse.move(area.x + 100, area.y + 50);
    await mouse.down();
    await mouse.move(area.x + 140, area.y + 80, { steps: 4 });
    await mouse.up();
    await expect.poll(() => output.locator(".heatmaplayer image").count(), PATIENTLY).toBe(2);
    await expect
      .poll(() => hovered(output, ".heatmaplayer"), PATIENTLY)
      .toMatch(/^\[(\d+), (\d+)\]: \d+$/);
    const [, row, column, value] = /\[(\d+), (\d+)\]: (\d+)/.exec(
      (await hovered(output, ".heatmaplayer"))!,
    )!;
    expect(Number(value)).toBe(Number(row) * 1024 + Number(column));
  });
});

describe("figures of other libraries", () => {
  inOneTab();

  test("are drawn in a trusted notebook", async () => {
    await lab.open("trusted.ipynb");
    await (await story("plotly")).locator(".barlayer").waitFor();
  });

  test("are not drawn in an untrusted one", async () => {
    await lab.open("stories.ipynb");
    const output = await story("plotly");
    await output.getByText("Figure").waitFor();
    expect(await output.locator(".js-plotly-plot").count()).toBe(0);
  });
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
    await lab.open("stories.ipynb");
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
    await lab.open("stories.ipynb");
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
    await lab.open("stories.ipynb");
    void lab.execute("tvm-vta:open-tir", {});
    const dialog = lab.page.getByRole("dialog");
    await dialog.getByText("loop.tir").waitFor();
    expect(await dialog.getByText("page.md").count()).toBe(0);
    await dialog.getByText("loop.tir").click();
    await dialog.locator(".jp-mod-accept").click();
    await lab.page.locator(".jp-FileEditor").waitFor();
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

  test("all views draw in Notebook 7", async () => {
    await lab.openInNotebook("stories.ipynb");
    expect(await word(await story("ir-matmul"), "allocate").count()).toBe(1);
    await (await story("tensor-packed")).locator(".heatmaplayer image").waitFor();
    await picture("notebook-7");
  });

  test("speaks Chinese when JupyterLab does", async () => {
    const plugin = "@jupyterlab/translation-extension:plugin";
    await lab.open("loop.tir");
    await lab.saveSettings(plugin, { locale: "zh_CN" });
    try {
      await lab.open("stories.ipynb");
      const output = await story("ir-matmul");
      await output.getByRole("button", { name: "全部折叠" }).waitFor();
      await picture("ir-view-chinese");
    } finally {
      await lab.saveSettings(plugin, { locale: "default" });
    }
  });

  test("no accessibility check finds something serious in any view", async () => {
    await lab.open("stories.ipynb");
    await (await story("tensor-packed")).locator(".heatmaplayer image").waitFor();
    await lab.page.addScriptTag({ path: createRequire(import.meta.url).resolve("axe-core") });
    const found = await lab.page.evaluate(async () => {
      const { axe } = window as unknown as { axe: typeof import("axe-core") };
      const { violations } = await axe.run(".jp-tvm-Output");
      return violations
        .filter(({ impact }) => impact === "serious" || impact === "critical")
        .map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.html).join("\n")}`);
    });
    expect(found).toEqual([]);
  });

  test("loads at most 60 KiB with JupyterLab, and Plotly only for a plot", async () => {
    const loaded = new Map<string, number>();
    lab.page.on("requestfinished", async (request) => {
      const file = /extensions\/jupyterlab-tvm-vta\/static\/([^?]+)/.exec(request.url())?.[1];
      if (file === undefined) return;
      const response = (await request.response())!;
      loaded.set(file, gzipSync(await response.body()).length);
    });
    const total = () => [...loaded.values()].reduce((sum, size) => sum + size, 0);
    await lab.openLauncher();
    expect([...loaded.keys()].some((file) => file.startsWith("remoteEntry"))).toBe(true);
    expect(total()).toBeLessThan(60 * 1024);

    await lab.open("stories.ipynb");
    await (await story("tensor-packed")).locator(".heatmaplayer image").waitFor();
    expect(total()).toBeGreaterThan(400 * 1024);
  });

  test("nothing throws while every story is looked at", async () => {
    await lab.open("stories.ipynb");
    lab.errors.length = 0;
    for (const { id, cell_type } of notebook.cells) {
      if (cell_type === "code") await story(id);
    }
    expect(lab.errors).toEqual([]);
  });
});
