import { create, createFileRegistry, fromBinary, type DescMessage } from "@bufbuild/protobuf";
import {
  FieldDescriptorProto_Label,
  FieldDescriptorProto_Type,
  FileDescriptorSetSchema,
} from "@bufbuild/protobuf/wkt";
import { nd, np, ready, te, tir } from "tvm-ts";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test, vi } from "vitest";
import * as vta from "vta-ts";
import { findDescription } from "../golden/corpus";
import { readInstructions } from "../golden/instruction-runs";
import { buildProgram, type ProgramJson } from "../support/golden-program";
import { convolution } from "../support/flawed-programs";
import { inputsOf, runOnVta } from "../support/vta-run";
import { alu } from "../support/vta-workloads";

const env = vta.getEnv();

function program(name: string): ProgramJson {
  const url = new URL(`../golden/programs/${name}.json`, import.meta.url);
  return JSON.parse(readFileSync(url, "utf8")) as ProgramJson;
}

/** A call of a golden program on the default device. */
function callOf(name: string): () => Promise<unknown> {
  const json = program(name);
  const names = Object.create(env, { gemm: { get: () => vta.gemm(env) } }) as object;
  const { schedule, args, tensors } = buildProgram<never>(json, { vta: names });
  const disabledPass = json.run?.disabled_pass ?? [];
  const f = vta.build(schedule, args, { env, context: vta.buildConfig({ env, disabledPass }) });
  const arrays = json.args.map((arg) => {
    const { shape, dtype } = tensors.get(arg)!;
    return nd.array(
      np.ones(
        shape.map((dim) => tir.constIntValue(dim)!),
        dtype,
      ),
      vta.extDev(0, env),
    );
  });
  return async () => f(...arrays);
}

let small: vta.Profile;
let wide: vta.Profile;

beforeAll(async () => {
  await ready();
  const call = callOf("vta_conv2d_small");
  small = await vta.profile(call);
  wide = await vta.profile(call, { model: "wide512", values: false });
}, 60_000);

describe("a profile", () => {
  test("of a call under sim has the hardware's cycles", () => {
    expect(small.cycles).toBe(4225);
    expect(small.instructions).toBe(134);
    expect(small.hazards).toEqual([]);
  });

  test("of a program that never ends on the hardware names the instruction that stops it", () => {
    const shape = [1, 4, env.BATCH, env.BLOCK_OUT];
    const inputs = ["A", "B"].map((name) => te.placeholder(shape, { name, dtype: env.accDtype }));
    const copies = inputs.map((input) =>
      te.compute(shape, (...i) => input(...i), `${input.name}_buf`),
    );
    // The ALU has no subtraction, and the hardware lacks the multiplication by -1 that replaces it.
    const difference = te.compute(shape, (...i) => copies[0]!(...i).sub(copies[1]!(...i)), "D_buf");
    const D = te.compute(shape, (...i) => difference(...i).astype(env.outDtype), "D");
    const s = te.createSchedule(D.op);
    for (const copy of copies) {
      s.stage(copy).setScope(env.accScope).pragma(copy.op.axis[0]!, env.dmaCopy);
    }
    s.stage(difference).setScope(env.accScope).pragma(difference.op.axis[0]!, env.alu);
    s.stage(D).pragma(D.op.axis[0]!, env.dmaCopy);
    const f = vta.build(s, [...inputs, D]);
    const arrays = [env.accDtype, env.accDtype, env.outDtype].map((dtype) =>
      nd.empty(shape, dtype, vta.extDev(0, env)),
    );
    expect(() => vta.profile(() => f(...arrays))).toThrow(
      /the program does not end[^]*note: instruction \d+, unknown instruction: the hardware does not decode it/,
    );
  });

  test("charges every cycle of every module", () => {
    for (const counts of Object.values(small.modules)) {
      expect(Object.values(counts).reduce((sum, value) => sum + value, 0)).toBe(4225);
    }
  });

  test("counts the traffic that the simulator counts", async () => {
    vta.simulator.clearStats();
    await callOf("vta_conv2d_small")();
    const stats = vta.simulator.stats();
    expect(small.bytes).toEqual({
      instructions: 134 * 16,
      uop: stats.uop_load_nbytes,
      inp: stats.inp_load_nbytes,
      wgt: stats.wgt_load_nbytes,
      acc: stats.acc_load_nbytes,
      out: stats.out_store_nbytes,
    });
    expect(small.gemmSteps).toBe(stats.gemm_counter);
  });

  test("is below its roof", () => {
    const { achieved, computePeak, memoryPeak } = small.roofline;
    expect(achieved).toBeGreaterThan(0);
    expect(achieved).toBeLessThanOrEqual(Math.min(computePeak, memoryPeak));
  });

  test("names the statements that cost most", () => {
    const [dearest] = small.statements;
    expect(dearest!.work).toBeGreaterThan(0);
    expect(small.statements.map(({ statement }) => statement).join()).toContain("VTALoadBuffer2D");
  });

  test("has the cost of each stage of the schedule", () => {
    const stages = new Map(small.stages.map(({ stage, ...cost }) => [stage, cost]));
    expect([...stages.keys()]).toEqual(
      expect.arrayContaining(["load data", "load kernel", "load micro-ops", "GEMM", "GEMM reset"]),
    );
    expect([...stages.keys()].some((stage) => stage.startsWith("store res"))).toBe(true);
    expect([...stages.keys()].some((stage) => /^ALU (SHR|MIN|MAX)$/.test(stage))).toBe(true);
    for (const { share, work } of stages.values()) expect(share).toBe(work / small.cycles);
    const { gemmSteps } = small;
    expect(stages.get("GEMM")!.work).toBeGreaterThanOrEqual(gemmSteps);
  });

  test("compares with another", () => {
    const { cycles, modules } = small.difference(wide);
    expect(cycles).toBe(small.cycles - wide.cycles);
    expect(cycles).toBeGreaterThan(0);
    const load = Object.values(modules.load).reduce((sum, value) => sum + value, 0);
    expect(load).toBe(cycles);
    expect(Object.keys(vta.profileTable({ small, wide }))).toEqual(["small", "wide"]);
  });

  test("is shown as a card without scripts", () => {
    const html = vta.view.profileBundle(small)["text/html"] as string;
    expect(html).toContain("4,225 cycles on de10");
    expect(html).not.toMatch(/<script|on[a-z]+=/);
    // JupyterLab's own style for tables would leave no room for the modules' names, and
    // its dark theme's colours would be white on a light card.
    expect(html.match(/<table(?![^>]*table-layout:auto)[^>]*>/g)).toBeNull();
    expect(html.match(/<t[rdh](?! style="[^"]*color:)[^>]*>(?!<div)/g)).toBeNull();
    for (const module of ["fetch", "load", "compute", "store"]) {
      expect(html).toMatch(new RegExp(`aria-label="${module}: [0-9.]+ % busy"`));
    }
  });

  test("has a text form", () => {
    const text = String(small);
    expect(text).toContain("4225 cycles on de10");
    expect(text).toMatch(/compute +.*waits for a token from load/);
  });
});

describe("explain()", () => {
  test("advises virtual threads where load and compute alternate in one thread", async () => {
    const profile = await vta.profile(callOf("vta_matmul"), { values: false });
    const advice = profile.explain();
    expect(advice.map(({ condition }) => condition).join("\n")).toMatch(/virtual threads/);
    for (const { measured, threshold, gain, place } of advice) {
      expect(measured).toBeGreaterThanOrEqual(threshold);
      expect(gain).toBeGreaterThan(0);
      expect(gain).toBeLessThan(profile.cycles);
      expect(place).not.toBe("");
    }
  });
});

describe("idle lanes", () => {
  test("are counted in the weights: with three channels, thirteen of sixteen are idle", () => {
    const shape = { inputs: 1, outputs: 1, size: 14, window: 3 };
    const { schedule, args } = convolution(shape);
    const weights = np.zeros([1, 1, 3, 3, 16, 16]).astype("int8");
    const { data } = weights;
    for (let i = 0; i < data.length; i++) if (i % 16 < 3) data[i] = 1;
    const context = vta.buildConfig({ env, disabledPass: ["tir.CommonSubexprElimTIR"] });
    const f = vta.build(schedule, args, { env, context });
    const device = vta.extDev(0, env);
    const image = nd.array(np.ones([1, 1, 14, 14, 1, 16], "int8"), device);
    const out = nd.empty([1, 1, 14, 14, 1, 16], "int8", device);
    const profile = vta.profile(() => f(image, nd.array(weights, device), out));
    const advice = profile.explain().find(({ condition }) => condition.startsWith("idle GEMM"))!;
    expect(advice.condition).toContain("3 of 16 input lanes and 16 of 16 output lanes");
    expect(advice.measured).toBe(13 / 16);
    expect(advice.gain).toBeGreaterThan(0);
  });
});

describe("hazards under sim", () => {
  test("cause one warning per program, wherever its arrays are", async () => {
    const warn = vi.spyOn(console, "warn").mockImplementation(() => undefined);
    try {
      const multiply = alu([1, 4], 2, [(a, b) => a!.mul(b!)]);
      const inputs = inputsOf(multiply, 8);
      runOnVta(multiply, inputs);
      const [text] = warn.mock.calls.map(([line]) => String(line));
      expect(text).toMatch(/right here and wrong on a board/);
      expect(text).toMatch(/instruction \d+, unknown instruction: .* MIN, MAX, ADD and SHR/);
      runOnVta(multiply, inputs);
      expect(warn).toHaveBeenCalledTimes(1);
      runOnVta(alu([1, 4], 2, [(a, b) => a!.add(b!)]), inputs);
      expect(warn).toHaveBeenCalledTimes(1);
    } finally {
      warn.mockRestore();
    }
  });

  test("are found in a program that multiplies on the ALU, which the hardware cannot", async () => {
    const url = new URL("../golden/cycles/programs.jsonl.gz", import.meta.url);
    const { gunzipSync } = await import("node:zlib");
    const unknown = gunzipSync(readFileSync(url))
      .toString()
      .split("\n")
      .filter((line) => line.includes("unknown instruction"));
    const { name } = JSON.parse(unknown[0]!) as { name: string };
    const folders = ["programs", "fuzz"].map((folder) =>
      join(import.meta.dirname, "../golden", folder),
    );
    const program = findDescription(folders, name) as unknown as ProgramJson;
    let rules: string[] = [];
    await readInstructions(program, env, ({ address, words, dram }) => {
      const hazards = vta.findHazards(env, vta.planStream(env, words), { address, dram });
      rules = hazards.map(({ rule }) => rule);
    });
    expect(rules).toContain("unknown instruction");
  });
});

describe("toPerfetto()", () => {
  test("is a trace in Perfetto's schema, a slice an instruction", () => {
    const Trace = perfettoSchema();
    const { packet } = fromBinary(Trace, small.toPerfetto()) as unknown as {
      packet: {
        timestamp: bigint;
        trackEvent?: { type: number; trackUuid: bigint; name: string };
        trackDescriptor?: { uuid: bigint; name: string };
      }[];
    };
    const tracks = packet.flatMap(({ trackDescriptor }) => trackDescriptor?.name ?? []);
    expect(tracks).toEqual(["VTA", "load", "compute", "store"]);
    const begins = packet.filter(({ trackEvent }) => trackEvent?.type === 1);
    const ends = packet.filter(({ trackEvent }) => trackEvent?.type === 2);
    expect(begins).toHaveLength(134);
    expect(ends).toHaveLength(134);
    const finish = begins.find(({ trackEvent }) => trackEvent!.name === "FINISH")!;
    expect(finish.timestamp).toBe(4225n);
  });
});

/** The fields that the trace has, as perfetto's protos/perfetto/trace publishes them. */
function perfettoSchema(): DescMessage {
  const { MESSAGE, UINT64, INT32, STRING, UINT32 } = FieldDescriptorProto_Type;
  const { OPTIONAL, REPEATED } = FieldDescriptorProto_Label;
  type Row = readonly [string, number, FieldDescriptorProto_Type, (string | undefined)?, true?];
  const message = (name: string, rows: readonly Row[]) => ({
    name,
    field: rows.map(([field, number, type, typeName, repeated]) => ({
      name: field,
      number,
      type,
      label: repeated === true ? REPEATED : OPTIONAL,
      ...(typeName !== undefined && { typeName: `.perfetto.protos.${typeName}` }),
    })),
  });
  const set = create(FileDescriptorSetSchema, {
    file: [
      {
        name: "perfetto_trace.proto",
        package: "perfetto.protos",
        syntax: "proto2",
        messageType: [
          message("Trace", [["packet", 1, MESSAGE, "TracePacket", true]]),
          message("TracePacket", [
            ["timestamp", 8, UINT64],
            ["trusted_packet_sequence_id", 10, UINT32],
            ["track_event", 11, MESSAGE, "TrackEvent"],
            ["track_descriptor", 60, MESSAGE, "TrackDescriptor"],
          ]),
          message("TrackDescriptor", [
            ["uuid", 1, UINT64],
            ["name", 2, STRING],
            ["parent_uuid", 5, UINT64],
          ]),
          message("TrackEvent", [
            ["debug_annotations", 4, MESSAGE, "DebugAnnotation", true],
            ["type", 9, INT32],
            ["track_uuid", 11, UINT64],
            ["categories", 22, STRING, undefined, true],
            ["name", 23, STRING],
          ]),
          message("DebugAnnotation", [
            ["uint_value", 3, UINT64],
            ["string_value", 6, STRING],
            ["name", 10, STRING],
          ]),
        ],
      },
    ],
  });
  return createFileRegistry(set).getMessage("perfetto.protos.Trace")!;
}
