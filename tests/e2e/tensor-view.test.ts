import { describe, expect, test } from "vitest";
import {
  hovered,
  inOneTab,
  lab,
  notebook,
  PATIENTLY,
  picture,
  serveStories,
  story,
} from "./stories";

/** A million elements, which the kernel keeps. */
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

serveStories(
  {
    "live.ipynb": JSON.stringify(live),
    // Trust depends on contents, not on files: the contents must differ.
    "trusted.ipynb": JSON.stringify({ ...notebook, metadata: { title: "trusted" } }),
  },
  ["trusted.ipynb"],
);

describe("the tensor view", () => {
  inOneTab(() => lab.open("stories.ipynb"));

  test("draws a heatmap, and shows index and value under the pointer", async () => {
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

  test("shows packed data unpacked, by a box that is in sight before the pointer is there", async () => {
    const output = await story("tensor-layout");
    await lab.page.mouse.move(0, 0);
    const opacity = () =>
      output.locator(".jp-tvm-Arrangement").evaluate((node) => getComputedStyle(node).opacity);
    await expect.poll(opacity, PATIENTLY).toBe("1");
    await output.getByLabel("Unpacked").check();
    const titles = async () => [
      await output.locator(".ytitle").first().textContent(),
      await output.locator(".xtitle").first().textContent(),
    ];
    await expect.poll(titles, PATIENTLY).toEqual(["C", "H W"]);
    expect(await output.getByLabel("c", { exact: true }).count()).toBe(0);
    await picture("tensor-view-unpacked", output);
  });

  test("shows the histogram of values until it is switched off", async () => {
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

  test("shows a message why damaged data are not drawn", async () => {
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

  test("is shown element by element when it is zoomed in", async () => {
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
