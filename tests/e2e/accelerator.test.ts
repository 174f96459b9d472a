/** The views of the accelerator, driven in a real JupyterLab on recorded stories. */

import { createRequire } from "node:module";
import type { Browser, Locator } from "playwright-core";
import { ready } from "tvm-ts";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { acceleratorStories } from "../../extension/stories/accelerator";
import { notebookOf } from "../../extension/stories/notebook";
import { launchChromium } from "../support/chromium";
import { installExtension, Jupyter } from "./jupyter";
import { LabPage } from "./lab-page";

/** On a busy machine a page takes long. */
const PATIENTLY = { timeout: 20_000 };

await ready();
const notebook = notebookOf([["The accelerator", acceleratorStories()]]);

let jupyter: Jupyter;
let browser: Browser;
let lab: LabPage;

beforeAll(async () => {
  installExtension();
  jupyter = await Jupyter.start({ "stories.ipynb": JSON.stringify(notebook) });
  browser = await launchChromium();
  lab = await LabPage.create(browser, jupyter);
  await lab.page.setViewportSize({ width: 1280, height: 1440 });
  await lab.open("stories.ipynb");
  await lab.execute("application:toggle-left-area", {});
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await jupyter?.stop();
}, 120_000);

/** The output of a story, drawn if it can be. */
async function story(id: string, drawn = true): Promise<Locator> {
  const output = await lab.output(notebook.cells.findIndex((cell) => cell.id === id));
  if (drawn) await output.locator(".jp-tvm-Strip canvas").first().waitFor(PATIENTLY);
  return output;
}

const list = (output: Locator) => output.getByRole("listbox", { name: "Instructions" });
const chosen = (output: Locator) => list(output).locator('[aria-selected="true"]');
const title = (output: Locator) => output.getByRole("status").textContent();
const memory = (output: Locator, name: string) =>
  output.locator(".jp-tvm-StripRow", { hasText: name }).locator("canvas");

/** The middle of instruction `index`'s column, a share of the height down. */
async function place(canvas: Locator, index: number, of: number, down: number) {
  const { width, height } = (await canvas.boundingBox())!;
  return { x: ((index + 0.5) / of) * width, y: down * height };
}

/** A pixel of a picture, a share of its size from the left and from the top. */
function pixel(canvas: Locator, across: number, down: number): Promise<number[]> {
  return canvas.evaluate(
    (node: HTMLCanvasElement, [x, y]) => {
      const context = node.getContext("2d")!;
      return [...context.getImageData(x! * node.width, y! * node.height, 1, 1).data];
    },
    [across, down],
  );
}

describe("a trace", () => {
  const COUNT = 33;

  test("is read with the keyboard: fields, memories and program follow", async () => {
    const output = await story("trace-threads");
    await list(output).focus();
    await lab.page.keyboard.press("Home");
    for (let i = 0; i < 6; i++) await lab.page.keyboard.press("ArrowDown");
    expect(await title(output)).toBe("6 · load · LOAD INP");
    const fields = output.getByRole("table", { name: "Fields of the instruction" });
    expect(await fields.getByRole("row", { name: "sramBase" }).textContent()).toBe("sramBase16");
    expect(await output.locator(".jp-tvm-Statement").textContent()).toContain("VTALoadBuffer2D");
    await lab.picture("trace-view");
  });

  test("is at most one window high, its list beside the pictures where there is room", async () => {
    const output = await story("trace-threads");
    const boxes = async () => {
      const [whole, pictures, panes] = await Promise.all(
        ["", "-pictures", "-panes"].map((part) =>
          output.locator(`.jp-tvm-Trace${part}`).boundingBox(),
        ),
      );
      return { whole: whole!, pictures: pictures!, panes: panes! };
    };
    try {
      await lab.page.setViewportSize({ width: 1280, height: 720 });
      const { whole, pictures, panes } = await boxes();
      expect(whole.height).toBeLessThanOrEqual(720);
      expect(panes.x).toBeGreaterThanOrEqual(pictures.x + pictures.width);
      await lab.page.setViewportSize({ width: 900, height: 720 });
      const narrow = await boxes();
      expect(narrow.whole.height).toBeLessThanOrEqual(720);
      expect(narrow.panes.y).toBeGreaterThanOrEqual(narrow.pictures.y + narrow.pictures.height);
    } finally {
      await lab.page.setViewportSize({ width: 1280, height: 1440 });
    }
  });

  test("leads from a place in a memory to the instruction that wrote what is there", async () => {
    const output = await story("trace-threads");
    const canvas = memory(output, "INP");
    await canvas.click({ position: await place(canvas, 8, COUNT, 0.25) });
    expect(await title(output)).toBe("4 · load · LOAD INP");
    expect(await chosen(output).textContent()).toContain("LOAD INP");
    await canvas.hover({ position: await place(canvas, 8, COUNT, 0.25) });
    await output.getByText(/^INP \d+: written by 4 LOAD INP, read last by 9 GEMM$/).waitFor();
  });

  test("leads from a place on the timeline to the instruction, and from there along its tokens", async () => {
    const output = await story("trace-threads");
    const canvas = output.locator(".jp-tvm-mod-timeline canvas");
    await canvas.click({ position: await place(canvas, 5, COUNT, 0.12) });
    expect(await title(output)).toBe("5 · load · LOAD WGT");
    await output.getByRole("button", { name: /^lets compute begin/ }).click();
    expect(await title(output)).toMatch(/ · compute · /);
    await output.getByRole("button", { name: "waits for load: 5 LOAD WGT" }).click();
    expect(await title(output)).toBe("5 · load · LOAD WGT");
  });

  test("leads from a line of the program to the instruction that it recorded", async () => {
    const output = await story("trace-threads");
    await output.locator(".cm-line", { hasText: "VTALoadBuffer2D" }).first().click();
    await expect.poll(() => title(output), PATIENTLY).toBe("4 · load · LOAD INP");
  });

  test("lists instructions in lines that end where the list does", async () => {
    const output = await story("trace-threads");
    const room = await list(output).evaluate((node) => node.scrollWidth - node.clientWidth);
    expect(room).toBe(0);
  });

  test("lists only the instructions that match the filter", async () => {
    const output = await story("trace-threads");
    await output.getByRole("searchbox").fill("load wgt");
    const titles = await list(output).locator(".jp-tvm-Insn-title").allTextContents();
    expect(new Set(titles)).toEqual(new Set(["LOAD WGT"]));
    await output.getByRole("searchbox").fill("");
  });

  test("is zoomed with buttons and keys, in all pictures at once", async () => {
    const output = await story("trace-threads");
    const pictures = () =>
      output
        .locator(".jp-tvm-Strip canvas")
        .evaluateAll((all) => all.map((node) => (node as HTMLCanvasElement).toDataURL()));
    const before = await pictures();
    await output.getByRole("button", { name: "Zoom in" }).click();
    await expect
      .poll(async () => (await pictures()).filter((now, i) => now === before[i]).length, PATIENTLY)
      .toBe(0);
    await list(output).focus();
    await lab.page.keyboard.press("0");
    await expect.poll(pictures, PATIENTLY).toEqual(before);
  });

  test("shows whole memories, and how much of them was used", async () => {
    const output = await story("trace-threads");
    expect(await memory(output, "INP").locator("xpath=../..").textContent()).toContain(
      "32 of 2048",
    );
    const row = output.getByRole("row", { name: "WGT 256 KiB" });
    const cells = ["256 KiB", "1,024", "8 (0.8 %)", "0.2 %", "1,016 (99 %)", "0"];
    expect(await row.locator("td").allTextContents()).toEqual(cells);
    expect(await row.locator("td.jp-tvm-mod-numeric").count()).toBe(cells.length);
    const used = await pixel(memory(output, "INP"), 8.5 / COUNT, 0.25);
    await output.getByRole("checkbox", { name: "Whole memories" }).check();
    await expect
      .poll(() => pixel(memory(output, "INP"), 8.5 / COUNT, 0.25), PATIENTLY)
      .not.toEqual(used);
    await output.getByRole("checkbox", { name: "Whole memories" }).uncheck();
  });

  test("of cycles is drawn by cycles", async () => {
    const output = await story("trace-cycles");
    expect(await output.locator(".jp-tvm-StripLabel", { hasText: "cycle" }).count()).toBe(1);
    expect(await output.locator(".jp-tvm-Insn-details").textContent()).toContain("cycles 39 to 61");
  });

  test("of cycles shows each stage's waits in the colour of their cause", async () => {
    const output = await story("trace-cycles");
    await output.getByText("waits for a token from load").waitFor();
    const canvas = output.locator(".jp-tvm-mod-timeline canvas");
    const { height } = (await canvas.boundingBox())!;
    // At a fifth of the time the compute stage, the second lane below fetch's, waits for the weights.
    const strip = (8 + 24 + 48 + 20) / height;
    await expect.poll(() => pixel(canvas, 0.2, strip), PATIENTLY).toEqual([0, 158, 115, 255]);
    const { width } = (await canvas.boundingBox())!;
    await canvas.hover({ position: { x: 0.2 * width, y: strip * height } });
    await output.getByText(/compute: waits for a token from load, cycles \d+ to \d+$/).waitFor();
  });

  test("of cycles has the critical path on demand", async () => {
    const output = await story("trace-cycles");
    const canvas = output.locator(".jp-tvm-mod-timeline canvas");
    const picture = () => canvas.evaluate((node: HTMLCanvasElement) => node.toDataURL());
    const before = await picture();
    await output.getByRole("checkbox", { name: "Critical path" }).check();
    await output.getByText(/^Critical path: load \d+ %, compute \d+ %/).waitFor();
    await expect.poll(picture, PATIENTLY).not.toBe(before);
    await lab.picture("trace-view-cycles");
    await output.getByRole("checkbox", { name: "Critical path" }).uncheck();
    await expect.poll(picture, PATIENTLY).toBe(before);
    const untimed = await story("trace-threads");
    expect(await untimed.getByRole("checkbox", { name: "Critical path" }).count()).toBe(0);
  });

  test("is stepped through: memories, stages and tokens at each moment beside the program", async () => {
    const output = await story("trace-cycles");
    const moment = output.getByRole("region", { name: "The accelerator at this moment" });
    await output.getByRole("checkbox", { name: "Step through" }).check();
    await moment.waitFor();
    expect(await list(output).isVisible()).toBe(false);
    await output.getByRole("spinbutton", { name: "Instruction" }).fill("0");
    await output.getByRole("button", { name: "Run to it", exact: true }).click();
    await moment.getByText("Cycle 39: instruction 0 starts").waitFor();
    await output.getByRole("button", { name: "Step forward" }).click();
    await moment.getByText("Cycle 62: instruction 1 starts").waitFor();
    await output.getByRole("button", { name: "Step back" }).click();
    await moment.getByText("Cycle 39: instruction 0 starts").waitFor();

    const maps = moment.locator("canvas");
    await output.getByRole("spinbutton", { name: "element" }).fill("20");
    await output.getByRole("button", { name: "Run to its next change" }).click();
    await moment.getByText(/: instruction 6 starts$/).waitFor();
    const load = moment.getByRole("row", { name: /^load \d/ });
    expect(await load.textContent()).toContain("6 LOAD INP");
    // Elements 16 to 31 of INP are being written.
    const written = (): Promise<number[]> => pixel(maps.first(), 20.5 / 32, 0.5);
    await expect.poll(written).toEqual([213, 94, 0, 255]);
    await lab.useTheme("JupyterLab Dark");
    await expect.poll(written).toEqual([240, 138, 60, 255]);
    await lab.useTheme("JupyterLab Light");
    await expect.poll(written).toEqual([213, 94, 0, 255]);
    const held = moment.locator(".jp-tvm-Moment-held");
    expect(await held.textContent()).toMatch(/^INP 20 is not written yet/);
    await output.getByRole("button", { name: "Run to its next change" }).click();
    await expect
      .poll(() => held.textContent(), PATIENTLY)
      .toMatch(/^INP 20 holds (-?\d+ ){8}…, from instruction 6 · INP 20 becomes (-?\d+ ){8}…$/);
    await output.getByRole("spinbutton", { name: "Instruction" }).fill("6");
    await output.getByRole("button", { name: "Run to it", exact: true }).click();
    await moment.getByText(/: instruction 6 starts$/).waitFor();
    await maps.first().hover({ position: { x: 205, y: 5 } });
    expect(await maps.first().getAttribute("title")).toBe("INP 20: written by 6 LOAD INP");
    const program = await output.locator(".jp-tvm-Statement").first().textContent();
    expect(program).toContain("VTALoadBuffer2D");
    await output.getByRole("button", { name: "Run to its next change" }).click();
    await lab.picture("trace-view-steps");

    await output.getByRole("spinbutton", { name: "element" }).fill("2000");
    await output.getByRole("button", { name: "Run to its next change" }).click();
    await output.getByText("INP 2000 is not written after this").waitFor();
  });

  test("plays until it is paused", async () => {
    const output = await story("trace-cycles");
    const moment = output.getByRole("region", { name: "The accelerator at this moment" });
    const now = () => moment.getByRole("status").textContent();
    const before = await now();
    await output.getByRole("button", { name: "Play" }).click();
    await expect.poll(now, PATIENTLY).not.toBe(before);
    await output.getByRole("button", { name: "Pause" }).click();
    const paused = await now();
    await lab.page.waitForTimeout(1000);
    expect(await now()).toBe(paused);
    await output.getByRole("checkbox", { name: "Step through" }).uncheck();
    await list(output).waitFor();
  });

  test("is below a profile's card, which shows what the cycles were spent on and what to change", async () => {
    const output = await story("profile");
    expect(await output.locator(".jp-tvm-Card-summary").textContent()).toMatch(
      /^1,\d+ cycles on de10: 33 instructions, /,
    );
    for (const module of ["fetch", "load", "compute", "store"]) {
      const bar = output.getByRole("img", { name: new RegExp(`^${module}: [0-9.]+ % busy$`) });
      expect((await bar.boundingBox())!.width).toBeGreaterThan(300);
    }
    await output.getByText(/^too few virtual threads/).waitFor();
    await output.locator(".jp-tvm-Card-summary").evaluate((node) => node.scrollIntoView());
    await lab.picture("profile-view");
    await output.getByText("Stages of the schedule").click();
    await output.getByRole("row", { name: /^GEMM/ }).first().waitFor();
    await output.getByText("Stages of the schedule").click();
  });

  test("of ten thousand instructions has only the visible ones in the page", async () => {
    const output = await story("trace-long");
    expect(await list(output).getByRole("option").count()).toBeLessThan(60);
    await list(output).focus();
    await lab.page.keyboard.press("End");
    expect(await title(output)).toMatch(/^1\d{4} · compute · FINISH$/);
    expect(await chosen(output).getAttribute("aria-posinset")).toMatch(/^1\d{4}$/);
    await output.getByRole("button", { name: "Show all" }).click();
  });

  test("says that it was cut, or that it is empty", async () => {
    const cut = await story("trace-cut");
    expect(await cut.textContent()).toContain(
      "Only the first 12 instructions are here; 21 more were executed.",
    );
    const nothing = await story("trace-nothing", false);
    await nothing.getByText("The accelerator executed nothing.").waitFor();
  });

  test.each([
    ["trace-damaged", "This output is damaged (an instruction uses memory that does not exist)."],
    ["trace-future", "This output has format 2, and the installed extension draws format 1."],
  ])("shows a message why %s is not drawn, and its text", async (id, sentence) => {
    const message = (await story(id, false)).locator(".jp-tvm-Message");
    expect(await message.locator("p").textContent()).toContain(sentence);
    expect(await message.locator("pre").textContent()).toContain("33 instructions in 1 run");
  });

  test("shows texts that look like HTML as text", async () => {
    const output = await story("trace-hostile");
    expect(await output.textContent()).toContain("<img src=x onerror=window.hacked=1>");
    expect(await output.locator("img, script").count()).toBe(0);
    expect(await lab.page.evaluate(() => "hacked" in window)).toBe(false);
  });

  test("takes the theme's colours when the theme changes", async () => {
    const output = await story("trace-threads");
    const free = () => pixel(memory(output, "WGT"), 0.9, 0.5);
    expect(await free()).toEqual([255, 255, 255, 255]);
    await lab.useTheme("JupyterLab Dark");
    await expect.poll(free, PATIENTLY).toEqual([17, 17, 17, 255]);
    await lab.picture("trace-view-dark");
    await lab.useTheme("JupyterLab Light");
    await expect.poll(free, PATIENTLY).toEqual([255, 255, 255, 255]);
  });
});

test("accessibility checks find nothing serious in any view of the accelerator", async () => {
  const drawn = ["trace-threads", "trace-cycles", "profile"];
  for (const id of [...drawn, "trace-nothing", "trace-damaged"]) {
    const output = await story(id, drawn.includes(id));
    if (id !== "trace-cycles") continue;
    await output.getByRole("checkbox", { name: "Step through" }).check();
    await output.getByRole("checkbox", { name: "Critical path" }).check();
  }
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

test("no script of ours has failed", () => {
  expect(lab.errors.filter((error) => error.includes("jupyterlab-tvm-vta"))).toEqual([]);
});

test("a trace draws in Notebook 7", async () => {
  const page = await LabPage.create(browser, jupyter);
  await page.openInNotebook("stories.ipynb");
  const output = await page.output(notebook.cells.findIndex(({ id }) => id === "trace-threads"));
  await output.locator(".jp-tvm-Insn").first().waitFor(PATIENTLY);
  await page.picture("trace-view-notebook-7");
  await page.close();
});

test("a trace is in Chinese when JupyterLab is", async () => {
  const plugin = "@jupyterlab/translation-extension:plugin";
  await lab.saveSettings(plugin, { locale: "zh_CN" });
  try {
    await lab.open("stories.ipynb");
    const output = await story("trace-threads");
    await output.getByRole("button", { name: "放大" }).waitFor();
    expect(await title(output)).toBe("0 · 计算 · LOAD UOP");
  } finally {
    await lab.saveSettings(plugin, { locale: "default" });
  }
});
