/**
 * The JupyterLab extension: the size of its files, and the time until views appear. Runs in a browser, with
 * the last build of the extension.
 */

import { gzipSync } from "node:zlib";
import { ready, view } from "tvm-ts";
import * as vta from "vta-ts";
import { traceOfProduct } from "../extension/stories/accelerator";
import { storiesNotebook } from "../extension/stories/notebook";
import { installExtension, Jupyter } from "../tests/e2e/jupyter";
import { LabPage } from "../tests/e2e/lab-page";
import { launchChromium } from "../tests/support/chromium";
import { timed, type BenchCase } from "./harness";
import { lowering } from "./lower";

type Stories = Awaited<ReturnType<typeof storiesNotebook>>;

/** Runs `use` with a new JupyterLab that serves the stories. */
async function withLab<T>(use: (lab: LabPage, stories: Stories) => Promise<T>): Promise<T> {
  installExtension();
  const notebook = await storiesNotebook();
  const jupyter = await Jupyter.start({ "stories.ipynb": JSON.stringify(notebook) });
  const browser = await launchChromium();
  try {
    return await use(await LabPage.create(browser, jupyter), notebook);
  } finally {
    await browser.close();
    await jupyter.stop();
  }
}

/** KiB of our files, compressed, that a new page has loaded after `arrive`. */
async function loadedKiB(arrive: (lab: LabPage) => Promise<void>): Promise<number> {
  return withLab(async (lab) => {
    const sizes: Promise<number>[] = [];
    lab.page.on("response", (response) => {
      if (!response.url().includes("extensions/jupyterlab-tvm-vta/static/")) return;
      sizes.push(response.body().then((body) => gzipSync(body).length / 1024));
    });
    await arrive(lab);
    return (await Promise.all(sizes)).reduce((sum, size) => sum + size, 0);
  });
}

const atStart = (lab: LabPage) => lab.openLauncher();
const withPlot = async (lab: LabPage) => {
  await lab.open("stories.ipynb");
  await lab.page.locator(".heatmaplayer image").first().waitFor();
};

type Cells = Awaited<ReturnType<typeof storiesNotebook>>["cells"];

/** The data of a story's output. */
function ofStory(id: string, mimeType: string): (cells: Cells) => unknown {
  return (cells) => {
    const cell = cells.find((candidate) => candidate.id === id)!;
    const { data } = (cell as unknown as { outputs: { data: view.MimeBundle }[] }).outputs[0]!;
    return data[mimeType];
  };
}

/** Milliseconds from an output's data to its picture, marked by `selector`, repeatedly. */
function appearance(
  name: string,
  mimeType: string,
  selector: string,
  data: (cells: Cells) => unknown,
): BenchCase {
  return {
    name,
    unit: "ms",
    better: "lower",
    run: () =>
      withLab(async (lab, { cells }) => {
        const output = data(cells);
        await lab.open("stories.ipynb");
        const samples: number[] = [];
        for (let i = 0; i < 6; i++) {
          samples.push(await lab.timeRenderer(mimeType, output, selector));
        }
        return samples.slice(1); // the first one loads the view's code
      }),
  };
}

function storyAppearance(name: string, id: string, mimeType: string, selector: string): BenchCase {
  return appearance(name, mimeType, selector, ofStory(id, mimeType));
}

const million = {
  shape: [1024, 1024],
  dtype: "float32",
  data: Float32Array.from({ length: 1024 * 1024 }, (_, i) => Math.sin(i / 1000)),
};

export const cases: readonly BenchCase[] = [
  {
    name: "extension/start",
    unit: "KiB",
    better: "lower",
    run: async () => [await loadedKiB(atStart)],
  },
  {
    name: "extension/plot",
    unit: "KiB",
    better: "lower",
    run: async () => [(await loadedKiB(withPlot)) - (await loadedKiB(atStart))],
  },
  appearance("extension/ir_vta_conv2d_opt", view.mimeTypes.ir, ".cm-line", () => {
    const bundle = view.irBundle(lowering("vta_conv2d_opt")());
    return bundle[view.mimeTypes.ir];
  }),
  storyAppearance("extension/ir_2000_lines", "ir-long", view.mimeTypes.ir, ".cm-line"),
  storyAppearance("extension/passes", "passes-matmul", view.mimeTypes.passes, ".cm-line"),
  storyAppearance(
    "extension/heatmap_1024",
    "tensor-million",
    view.mimeTypes.tensor,
    ".heatmaplayer image",
  ),
  storyAppearance("extension/trace_10000", "trace-long", vta.view.mimeTypes.trace, ".jp-tvm-Insn"),
  timed({
    name: "view/heatmap_1024",
    setUp: () => () => view.tensorBundle(million, ""),
  }),
  timed({
    name: "view/trace_10000",
    async setUp() {
      await ready();
      const trace = traceOfProduct({ rows: 104, blocks: 16, tile: [8, 1, 1], threads: 1 });
      return () => vta.view.traceBundle(trace);
    },
  }),
];
