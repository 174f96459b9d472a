import type { Locator } from "playwright-core";
import { describe, expect, test } from "vitest";
import { colorOf, inOneTab, lab, picture, serveStories, story, themeColor, word } from "./stories";

serveStories();
inOneTab(() => lab.open("stories.ipynb"));

/** The terms of a list, each with its definition. */
async function pairs(list: Locator): Promise<(readonly [string, string])[]> {
  const [terms, definitions] = await Promise.all([
    list.locator("dt").allTextContents(),
    list.locator("dd").allTextContents(),
  ]);
  return terms.map((term, i) => [term, definitions[i]!]);
}

describe("the IR view", () => {
  test("colours words as the theme colours code", async () => {
    const output = await story("ir-matmul");
    const keyword = await themeColor("--jp-mirror-editor-keyword-color");
    expect(await colorOf(word(output, "allocate"))).toBe(keyword);
    const builtin = await themeColor("--jp-mirror-editor-builtin-color");
    expect(await colorOf(word(output, "int32").first())).toBe(builtin);
    const definition = await themeColor("--jp-mirror-editor-def-color");
    expect(await colorOf(word(output, "k.outer").first())).toBe(definition);
  });

  test("shows the facts of the name under the pointer, and highlights its uses", async () => {
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

  test("shows what a loop came from when its keyword is clicked", async () => {
    const output = await story("ir-matmul");
    await output.locator(".cm-line", { hasText: "k.outer: int32" }).getByText("for").click();
    expect(await output.getByRole("status").textContent()).toContain(
      "k.outer · Loop: 250 iterations · Comes from: the outer part of k, split by 4",
    );
  });

  test("is read with the keyboard, which does not change the notebook meanwhile", async () => {
    const output = await story("ir-matmul");
    await output.locator(".cm-content").focus();
    await lab.page.keyboard.press("Control+Home");
    // The lines between the function's first and its body are folded.
    await lab.page.keyboard.press("ArrowDown");
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
    const atFirst = await lines.count();
    expect(await output.locator(".cm-content").textContent()).not.toContain("buffer_map");
    await output.getByRole("button", { name: "Fold all", exact: true }).click();
    expect(await lines.count()).toBeLessThan(10);
    await output.getByRole("button", { name: "Unfold all", exact: true }).click();
    expect(await lines.count()).toBeGreaterThan(atFirst);
    expect(await output.locator(".cm-content").textContent()).toContain("buffer_map");
  });

  test("wraps long lines instead of hiding their ends", async () => {
    const output = await story("ir-matmul");
    const [inner, outer] = await output
      .locator(".cm-scroller")
      .evaluate((node) => [node.scrollWidth, node.clientWidth]);
    expect(inner).toBeLessThanOrEqual(outer!);
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
    ["ir-damaged", "This output is damaged (places are outside the text or name no fact)."],
    ["ir-future", "This output has format 2, and the installed extension draws format 1."],
  ])("shows a message why %s is not drawn, and its text", async (id, sentence) => {
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

  test("is read with the keyboard", async () => {
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

  test("hides its list, and gives each of two texts at least 400 pixels", async () => {
    const output = await story("passes-matmul");
    await output.getByLabel("Show").selectOption({ label: "Side by side" });
    await output.getByRole("button", { name: "Hide list" }).click();
    expect(await output.getByRole("listbox").isVisible()).toBe(false);
    await output.getByRole("button", { name: "Show list" }).click();
    await output.getByRole("listbox").waitFor();
    for (const side of [".cm-merge-a", ".cm-merge-b"]) {
      const { width } = (await output.locator(side).boundingBox())!;
      expect(width).toBeGreaterThanOrEqual(400);
    }
    await output.getByLabel("Show").selectOption({ label: "Unified" });
  });

  test("has bars beside the numbers, not below them", async () => {
    const output = await story("passes-matmul");
    const row = options(output).filter({ hasText: "tir.UnrollLoop" }).first();
    const bar = (await row.locator(".jp-tvm-PassBar").boundingBox())!;
    const time = (await row.locator(".jp-tvm-PassTime").boundingBox())!;
    expect(bar.x + bar.width).toBeLessThanOrEqual(time.x);
  });

  test("names its passes so that they can be told apart", async () => {
    const output = await story("passes-matmul");
    const cutOff = await options(output)
      .locator(".jp-tvm-PassName")
      .evaluateAll((names) => names.filter((name) => name.scrollWidth > name.clientWidth).length);
    expect(cutOff).toBe(0);
  });

  test("of lowering that failed opens on the pass that failed, with the error above all", async () => {
    const output = await story("passes-failed");
    expect(await output.getByRole("alert").textContent()).toContain("out of local memory");
    const chosen = output.getByRole("option", { selected: true });
    expect(await chosen.locator(".jp-tvm-PassName").textContent()).toBe("tir.StorageRewrite");
    // The text that it was to change is in sight.
    await output.locator(".cm-line", { hasText: "@main = primfn(" }).waitFor();
    expect(await output.locator(".cm-collapsedLines").count()).toBe(0);
  });

  test("of one step is as high as its text, and lists nothing", async () => {
    const output = await story("passes-lone");
    await output.locator(".cm-deletedChunk").first().waitFor();
    expect(await output.getByRole("toolbar").textContent()).toMatch(/^split/);
    expect(await output.getByRole("listbox").count()).toBe(0);
    const { height } = (await output.locator(".jp-tvm-Passes-content").boundingBox())!;
    const text = (await output.locator(".cm-content").boundingBox())!;
    expect(height - text.height).toBeLessThanOrEqual(2);
  });

  test("shows a message when there are no passes", async () => {
    const output = await story("passes-none");
    expect(await output.getByRole("toolbar").textContent()).toContain("0 passes");
  });
});

test("a table has its summary above it, and amounts with a unit at the right", async () => {
  const output = await story("table-summary");
  await output.getByText("804,000 cycles on the accelerator").waitFor();
  const sides = await output
    .locator("tbody tr:last-child td")
    .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell).textAlign));
  expect(sides).toEqual(["left", "right", "right", "right"]);
});

test("a table with many columns breaks no word", async () => {
  const output = await story("table-wide");
  await output.getByText("accelerator").first().waitFor();
  const rules = await output
    .locator("tbody td")
    .evaluateAll((cells) => cells.map((cell) => getComputedStyle(cell).overflowWrap));
  expect(new Set(rules)).toEqual(new Set(["break-word"]));
});

describe("the schedule view", () => {
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
