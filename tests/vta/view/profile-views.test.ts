import { nd, ready, tir, view } from "tvm-ts";
import { afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import * as vta from "vta-ts";
import { stallRaster } from "../../../lib/vta/src/view/stall-raster";
import { matmul } from "../../support/flawed-programs";
import { FakeComms } from "../../support/fake-comms";

const env = vta.getEnv();
const square = { m: 16, k: 256, n: 256, rows: 16, sum: 4, columns: 4 };
type Figure = {
  data: { name: string; x: number[]; y: number[]; text?: string[] }[];
  layout: { annotations: unknown[]; xaxis: { type: string } };
};

function profileOf(options: Parameters<typeof matmul>[0]): vta.Profile {
  const { schedule, args } = matmul(options);
  const device = new vta.VtaDevice(0, env);
  const f = vta.build(schedule, args);
  const arrays = args.map(({ shape, dtype }) =>
    nd.empty(
      shape.map((extent) => tir.constIntValue(extent)!),
      dtype,
      device,
    ),
  );
  return vta.profile(() => f(...arrays), { device, values: false });
}

let one: vta.Profile;
let two: vta.Profile;

beforeAll(async () => {
  await ready();
  one = profileOf(square);
  two = profileOf({ ...square, threads: 2 });
}, 60_000);

function bundleOf(picture: object): Record<string, unknown> {
  const display = (picture as Record<symbol, () => Record<string, unknown>>)[
    Symbol.for("Jupyter.display")
  ]!;
  return display.call(picture);
}

describe("the roofline plot", () => {
  test("has the roof, the stages of each profile below it, and arrows between two", () => {
    const bundle = bundleOf(vta.view.roofline({ one, two }));
    const { data, layout } = bundle["application/vnd.plotly.v1+json"] as unknown as Figure;
    const [roof, ...dots] = data;
    expect(layout.xaxis.type).toBe("log");
    expect(roof!.y.at(-1)).toBe(256);
    expect(dots.map(({ name }) => name)).toEqual(["one", "two"]);
    expect(dots[0]!.text).toEqual(expect.arrayContaining(["GEMM", "ALU SHR", "ALU ADD"]));
    expect(layout.annotations).toHaveLength(dots[0]!.text!.length);
    // Labels beside the outermost dots have room.
    const all = dots.flatMap(({ x }) => x);
    expect(roof!.x[0]! * 8).toBeLessThanOrEqual(Math.min(...all));
    expect(roof!.x.at(-1)!).toBeGreaterThanOrEqual(Math.max(...all) * 8);
    for (const { x, y } of dots) {
      x.forEach((at, i) => expect(y[i]).toBeLessThanOrEqual(Math.min(256, 8 * at)));
    }
    expect(String(bundle["text/html"])).not.toMatch(/<script/);
    expect(String(bundle["text/plain"])).toContain("ALU SHR");
  });
});

describe("a profile as a trace", () => {
  test("has the instructions, memories and cycles that a trace under tsim has", async () => {
    const tsim = new vta.Environment({ ...env.config, TARGET: "tsim" });
    const { schedule, args } = matmul({ ...square, threads: 2 });
    const device = new vta.VtaDevice(0, tsim);
    const f = vta.build(schedule, args, { env: tsim });
    const arrays = args.map(({ shape, dtype }) =>
      nd.empty(
        shape.map((extent) => tir.constIntValue(extent)!),
        dtype,
        device,
      ),
    );
    let profile!: vta.Profile;
    const traced = vta.trace(
      () => {
        profile = vta.profile(() => f(...arrays), { device });
      },
      { device },
    );
    const rebuilt = profile.trace();
    // A profile knows statements if the queue has no other observer, and does not know values.
    const plain = ({ caller: _, values: _values, ...entry }: vta.TraceEntry) => entry;
    expect(rebuilt.stream.map(plain)).toEqual(traced.stream.map(plain));
    expect(rebuilt.stats).toEqual(traced.stats);
    expect(rebuilt.timeline).toEqual(traced.timeline);
    expect(rebuilt.timeline!.cycles).toBe(profile.cycles);
    expect(one.trace().stream.some(({ caller }) => caller !== undefined)).toBe(true);
  });

  test("that keeps only a part has the timeline of that part", () => {
    const json = vta.view.traceView(one.trace({ limit: 20 }));
    const whole = vta.view.traceView(one.trace());
    expect(json.timeline!.cycles).toBeLessThan(whole.timeline!.cycles);
    expect(json.dropped).toBe(one.instructions - 20);
  });

  test("describes what each stage's cycles were spent on", () => {
    const text = String(vta.view.traceBundle(one.trace())["text/plain"]);
    expect(text).toMatch(/^ {2}compute {2}.*busy \d/m);
    expect(text).toMatch(/^critical path: \w+ \d+ %/m);
  });
});

describe("a module over time", () => {
  test("has in each column the colour of the most frequent cause", () => {
    const width = one.cycles;
    const spans = one.timeline.spans.filter(({ stage }) => stage === "compute");
    const causes = stallRaster(spans, width, width, 1);
    const count = (cause: vta.StallCause): number =>
      causes.filter((number) => number === vta.STALL_CAUSES.indexOf(cause)).length;
    for (const cause of vta.STALL_CAUSES) expect(count(cause)).toBe(one.modules.compute[cause]);
    expect(stallRaster(spans, width, 100, 3)).toHaveLength(300);
  });

  test("is in the card, without scripts", () => {
    const html = String(vta.view.profileBundle(one)["text/html"]);
    for (const module of ["load", "compute", "store"]) {
      expect(html).toContain(`alt="${module} over time, in the colours of the causes"`);
    }
    expect(html).toContain("Stages of the schedule");
    expect(html).not.toMatch(/<script|on[a-z]+=/);
  });
});

describe("two schedules side by side", () => {
  test("have their loops, passes, and cycles by cause", () => {
    const sides = [square, { ...square, threads: 2 }].map(matmul);
    const text = String(bundleOf(vta.view.compare(sides[0]!, sides[1]!))["text/plain"]);
    const gain = (one.cycles - two.cycles).toLocaleString("en-US");
    expect(text).toMatch(new RegExp(`^cycles .* ${gain}$`, "m"));
    expect(text).toMatch(/^loops of the program {2}\d+/m);
    expect(text).toMatch(/^passes that change it {2}\d+/m);
    expect(text).toMatch(/^compute: waits for a token from load /m);
  });
});

describe("a study in a notebook", () => {
  const space = () =>
    vta.explore.template("dense_packed.vta", [
      ["TENSOR", [1, 8, 1, 16], "int8"],
      ["TENSOR", [8, 8, 16, 16], "int8"],
      null,
      "int32",
    ]);
  let comms: FakeComms;

  beforeEach(() => {
    comms = new FakeComms();
    Object.assign(globalThis, { jupyter: { comm: comms } });
  });

  afterEach(() => {
    delete (globalThis as { jupyter?: unknown }).jupyter;
  });

  async function tried(): Promise<vta.explore.Study> {
    const engine = vta.explore.thisThread();
    const study = new vta.explore.Study(space(), { engine, check: false, budget: 1 });
    return study.run();
  }

  test("sends a front end the schedule and the profile of a trial", async () => {
    const study = await tried();
    const json = vta.view.studyBundle(study)[vta.view.mimeTypes.study] as vta.view.StudyView;
    const [{ index, measures }] = study.trials as [vta.explore.Trial];
    expect(json.trials).toHaveLength(1);
    expect(json.front).toEqual([index]);
    comms.open("tvm-vta.study", { study: json.live });
    const { request, schedule, profile } = comms.ask({ request: 5, index });
    expect(request).toBe(5);
    expect(schedule).toHaveProperty([view.mimeTypes.schedule]);
    const shown = (profile as Record<string, vta.view.ProfileView>)[vta.view.mimeTypes.profile]!;
    expect(shown.cycles).toBe(measures["cycles"]);
  });

  test("answers with a message where a configuration cannot be shown", async () => {
    const study = await tried();
    const json = vta.view.studyBundle(study)[vta.view.mimeTypes.study] as vta.view.StudyView;
    comms.open("tvm-vta.study", { study: json.live });
    const { size } = study.space;
    const error = `there is no configuration ${size}; the space has ${size}, numbered from 0`;
    expect(comms.ask({ request: 6, index: size })).toEqual({ request: 6, error });
    const indices = Array.from({ length: size }, (_, i) => i);
    const refused = indices.find((index) => study.space.refusal(index) !== undefined)!;
    const reply = comms.ask({ request: 7, index: refused });
    expect(reply["error"]).toBe(study.space.refusal(refused)!.reason);
    expect(comms.isClosed).toBe(false);
    comms.open("tvm-vta.study", { study: "another" });
    expect(comms.isClosed).toBe(true);
  });

  test("without trials sends no requests", () => {
    const study = new vta.explore.Study(space());
    expect(vta.view.studyBundle(study)[vta.view.mimeTypes.study]).not.toHaveProperty("live");
  });
});

describe("a study", () => {
  test("ranks its knobs, and shows its trials as lines", async () => {
    const space = vta.explore.template("dense_packed.vta", [
      ["TENSOR", [1, 8, 1, 16], "int8"],
      ["TENSOR", [8, 8, 16, 16], "int8"],
      null,
      "int32",
    ]);
    const study = new vta.explore.Study(space, { engine: vta.explore.thisThread(), check: false });
    await study.run();
    const { importance } = study;
    for (const share of Object.values(importance)) {
      expect(share).toBeGreaterThanOrEqual(0);
      expect(share).toBeLessThanOrEqual(1);
    }
    expect(importance["tile_b"]).toBe(0);
    expect(Math.max(...Object.values(importance))).toBeGreaterThan(0.2);
    expect(String(vta.view.studyBundle(study)["text/plain"])).toMatch(/each knob alone explains/);
    const bundle = bundleOf(vta.view.parallelCoordinates(study));
    const { data, layout } = bundle["application/vnd.plotly.v1+json"] as {
      data: { type: string; x: (number | null)[] }[];
      layout: { xaxis: { ticktext: string[] }; annotations: { text: string; bgcolor: string }[] };
    };
    const choices = space.configs.knobs.filter(({ choices }) => choices.length > 1);
    const ticks = choices.flatMap(({ choices }) => choices).length + 2;
    expect(layout.annotations.filter(({ bgcolor }) => bgcolor !== "")).toHaveLength(ticks);
    const axes = ["tile_ci", "tile_co", "oc_nthread", "cycles"];
    expect(layout.xaxis.ticktext).toEqual(axes);
    expect(data.every(({ type }) => type === "scatter")).toBe(true);
    const gaps = data.flatMap(({ x }) => x.filter((at) => at === null));
    expect(gaps).toHaveLength(study.ranked.length);
  });
});
