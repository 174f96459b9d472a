/** A network's graph beside a kernel that runs: a box opens its schedule, profile and tensors; blocks fold. */

import type { Browser, Locator } from "playwright-core";
import { afterAll, beforeAll, expect, test } from "vitest";
import { launchChromium } from "../support/chromium";
import { onnxModel, weight, type ModelNode } from "../support/onnx-model";
import { installExtension, Jupyter } from "./jupyter";
import { LabPage } from "./lab-page";

const PATIENTLY = { timeout: 60_000 };
const CHANNELS = 16;

/** A stem, and five blocks of two convolutions with a shortcut around them. */
function model(): Uint8Array {
  const nodes: ModelNode[] = [
    { op: "Conv", inputs: ["data", "w"], output: "stem", attrs: { kernel_shape: [1, 1] } },
    {
      op: "MaxPool",
      inputs: ["stem"],
      output: "pooled",
      attrs: { kernel_shape: [1, 1], strides: [1, 1] },
    },
  ];
  let before = "pooled";
  for (const block of ["a", "b", "c", "d", "e"]) {
    const attrs = { kernel_shape: [1, 1] };
    const [first, second, sum] = [1, 2, 3].map((i) => `${block}${i}`) as [string, string, string];
    nodes.push({ op: "Conv", inputs: [before, "v"], output: first, attrs });
    nodes.push({ op: "Relu", inputs: [first], output: `${first}relu` });
    nodes.push({ op: "Conv", inputs: [`${first}relu`, "v"], output: second, attrs });
    nodes.push({ op: "Add", inputs: [before, second], output: sum });
    before = sum;
  }
  nodes.push({ op: "GlobalAveragePool", inputs: [before], output: "result" });
  const weights = {
    w: weight([CHANNELS, 3, 1, 1], 1),
    v: weight([CHANNELS, CHANNELS, 1, 1], 2),
  };
  return onnxModel({ inputs: { data: [1, 3, 8, 8] }, nodes, weights });
}

const SOURCE = `import { np, ready } from "tvm-ts";
import * as vta from "vta-ts";
await ready();
vta.simulator.hazardWarnings(false);
const text = "${Buffer.from(model()).toString("base64")}";
const built = vta.network.fromOnnx(new Uint8Array(Buffer.from(text, "base64"))).quantize().pack().build();
const inputs = { data: np.ones([1, 3, 8, 8], "float32") };
vta.view.graph(built, { costs: built.costs(inputs), accuracy: built.accuracy(inputs), inputs })`;

const notebook = JSON.stringify({
  cells: [
    {
      cell_type: "code",
      id: "graph",
      metadata: { jupyter: { source_hidden: true } },
      source: SOURCE,
      execution_count: null,
      outputs: [],
    },
  ],
  metadata: { kernelspec: { display_name: "TypeScript", language: "typescript", name: "tvm-vta" } },
  nbformat: 4,
  nbformat_minor: 5,
});

let jupyter: Jupyter;
let browser: Browser;
let lab: LabPage;
let output: Locator;

beforeAll(async () => {
  installExtension();
  jupyter = await Jupyter.start({ "graph.ipynb": notebook });
  browser = await launchChromium();
  lab = await LabPage.create(browser, jupyter);
  await lab.open("graph.ipynb", { kernel: true });
  await lab.execute("application:toggle-left-area", {});
  await lab.execute("notebook:run-all-cells", {});
  output = await lab.output(0);
  await output.locator(".jp-tvm-Network-picture").waitFor(PATIENTLY);
}, 300_000);

afterAll(async () => {
  await browser?.close();
  await jupyter?.stop();
}, 120_000);

/** By the keyboard, which reaches boxes that are not visible. */
async function open(name: RegExp): Promise<void> {
  await output.getByRole("button", { name }).last().focus();
  await lab.page.keyboard.press("Enter");
}

const shown = (): Locator => output.locator(".jp-tvm-Trial");

test("a convolution opens its schedule, its profile and its tensors", async () => {
  await open(/^a2 \(Conv\)/);
  await shown().locator(".jp-tvm-Loops").first().waitFor(PATIENTLY);
  await shown().getByLabel("Show").selectOption("profile");
  await shown().locator(".jp-tvm-Card-bar").first().waitFor(PATIENTLY);
  await lab.picture("network-parts");
  await shown().getByLabel("Show").selectOption("result");
  await shown().locator(".jp-tvm-Tensor").getByText("int8").waitFor(PATIENTLY);
  const names = await shown().getByLabel("Show").locator("option").allTextContents();
  expect(names).toEqual([
    "schedule",
    "profile",
    "result",
    expect.stringMatching(/^input /),
    "weights 1",
  ]);
  // The tab that was chosen for one box is shown for the next.
  await open(/^c2 \(Conv\)/);
  await shown().getByText("c2 (Conv)").waitFor(PATIENTLY);
  expect(await shown().getByLabel("Show").locator("option:checked").textContent()).toBe("result");
  expect(lab.errors).toEqual([]);
});

test("repeated blocks fold into boxes, whose boxes can be opened", async () => {
  const boxes = output.locator(".jp-tvm-Network-box");
  const unfolded = await boxes.count();
  await output.getByLabel("Fold repeated blocks").check();
  expect(await boxes.count()).toBeLessThan(unfolded);
  await open(/ … .*conv2d, conv2d/);
  await output.getByRole("button", { name: "Whole network" }).click();
  const details = output.locator(".jp-tvm-Network-details");
  await expect.poll(() => details.textContent()).toContain("cycles");
  const member = details.getByRole("button", { name: /^\w2 \(Conv\)/ });
  const name = (await member.textContent())!;
  await member.click();
  await shown().getByText(name).waitFor(PATIENTLY);
  await output.getByLabel("Fold repeated blocks").uncheck();
  expect(await boxes.count()).toBe(unfolded);
});

test("in the dark theme, too", async () => {
  await lab.useTheme("JupyterLab Dark");
  await open(/^a1 \(Conv\)/);
  await shown().getByText("a1 (Conv)").waitFor(PATIENTLY);
  await shown().getByLabel("Show").selectOption("schedule");
  await shown().locator(".jp-tvm-Loops").first().waitFor(PATIENTLY);
  expect(lab.errors).toEqual([]);
});
