/** Helpers for the tests of views: a server with the stories, a tab, and locators. */

import { fileURLToPath } from "node:url";
import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll } from "vitest";
import { storiesNotebook } from "../../extension/stories/notebook";
import { launchChromium } from "../support/chromium";
import { installExtension, Jupyter } from "./jupyter";
import { LabPage } from "./lab-page";

export const notebook = await storiesNotebook();

/** On a busy machine a page takes long. */
export const PATIENTLY = { timeout: 20_000 };
/** Milliseconds for the hooks before and after tests. */
const HOOKS = 120_000;

/** The server of the tests that are running. */
export let jupyter: Jupyter;
/** The tab of the tests that are running. */
export let lab: LabPage;
let browser: Browser;

/**
 * Serves the stories, and more files, to the tests of this file.
 * @param trusted which of them are trusted notebooks
 */
export function serveStories(
  files: Readonly<Record<string, string>> = {},
  trusted: readonly string[] = [],
): void {
  beforeAll(async () => {
    installExtension();
    const all = { "stories.ipynb": JSON.stringify(notebook), ...files };
    jupyter = await Jupyter.start(all, trusted);
    browser = await launchChromium();
  }, 300_000);

  afterAll(async () => {
    await browser?.close();
    await jupyter?.stop();
  }, HOOKS);
}

/** The tests around this call share one tab, in which `open` was called. */
export function inOneTab(open: () => Promise<void> = () => Promise.resolve()): void {
  beforeAll(async () => {
    lab = await LabPage.create(browser, jupyter);
    await open();
  }, HOOKS);
  afterAll(() => lab.close(), HOOKS);
}

/** The output of a story in the notebook that is open. */
export function story(id: string): Promise<Locator> {
  return lab.output(notebook.cells.findIndex((cell) => cell.id === id));
}

/** The word of IR whose text is exactly `word`. */
export function word(output: Locator, text: string): Locator {
  return output.locator(".cm-line").getByText(text, { exact: true });
}

export function colorOf(element: Locator): Promise<string> {
  return element.evaluate((node) => getComputedStyle(node).color);
}

/** A colour of the theme, as the browser computes it. */
export function themeColor(name: string): Promise<string> {
  return lab.page.evaluate((variable) => {
    const probe = document.createElement("span");
    probe.style.color = `var(${variable})`;
    document.body.append(probe);
    const { color } = getComputedStyle(probe);
    probe.remove();
    return color;
  }, name);
}

/** The text that the plot shows for the element at its corner under the pointer. */
export async function hovered(output: Locator, layer: string): Promise<string | null> {
  // Outputs above may still grow and move the plot away from under the pointer.
  const plot = output.locator(".js-plotly-plot", { has: lab.page.locator(layer) }).first();
  const x = 4 + Math.round(Math.random() * 4);
  await plot.locator(".nsewdrag").hover({ position: { x, y: 3 } });
  const label = plot.locator(".hovertext");
  return (await label.count()) === 1 ? label.textContent() : null;
}

/** Writes a picture of the page, or of an output, for the documentation, if `UPDATE_IMAGES` is set. */
export async function picture(name: string, output?: Locator): Promise<void> {
  if (process.env["UPDATE_IMAGES"] === undefined) return;
  const path = fileURLToPath(new URL(`../../docs/images/${name}.png`, import.meta.url));
  if (output !== undefined) await settled(output);
  await (output ?? lab.page).screenshot({ path });
}

/** Waits until outputs above an output do not move it any more. */
async function settled(output: Locator): Promise<void> {
  const place = async () => JSON.stringify(await output.boundingBox());
  for (let before = ""; before !== (await place());) {
    await output.scrollIntoViewIfNeeded();
    before = await place();
    await lab.page.waitForTimeout(500);
  }
}
