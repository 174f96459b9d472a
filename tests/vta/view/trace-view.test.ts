import { beforeAll, describe, expect, test } from "vitest";
import { extDev, nd, ready, tir, view as tvmView } from "tvm-ts";
import * as vta from "vta-ts";
import { inputsOf } from "../../support/vta-run";
import { alu, paddedLoad, smallGemm, type Workload } from "../../support/vta-workloads";

beforeAll(() => ready());

const env = vta.getEnv();
const { mimeTypes } = vta.view;

function traced({ schedule, args }: Workload, options: vta.TraceOptions = {}): vta.ExecutionTrace {
  const context = vta.buildConfig({ env, disabledPass: ["tir.CommonSubexprElimTIR"] });
  const f = vta.build(schedule, args, { env, context });
  const device = vta.extDev();
  const result = args.at(-1)!;
  const shape = result.shape.map((extent) => tir.constIntValue(extent)!);
  const inputs = inputsOf({ schedule, args }).map((input) => nd.array(input, device));
  return vta.trace(() => f(...inputs, nd.empty(shape, result.dtype, device)), options);
}

/** The view as a front end receives it. */
function viewOf(trace: vta.ExecutionTrace): vta.view.TraceView {
  const bundle = vta.view.traceBundle(trace);
  return JSON.parse(JSON.stringify(bundle[mimeTypes.trace])) as vta.view.TraceView;
}

const ARRAYS = { u1: Uint8Array, u4: Uint32Array, f8: Float64Array };

function unpack({ dtype, bdata }: tvmView.PackedNumbers): number[] {
  const bytes = Uint8Array.from(atob(bdata), (c) => c.charCodeAt(0));
  return [...new ARRAYS[dtype as keyof typeof ARRAYS](bytes.buffer)];
}

const MEMORIES = ["INP", "WGT", "ACC", "UOP"];

describe("a trace's view", () => {
  let trace: vta.ExecutionTrace;
  beforeAll(() => {
    trace = traced(smallGemm(2));
  });

  test("has the instructions' words and the layouts to decode them", () => {
    const { stream } = trace;
    const view = viewOf(trace);
    const words = unpack(view.words);
    expect(words).toHaveLength(4 * stream.length);
    stream.forEach(({ instruction }, i) => {
      const word = vta.wordOf(Uint32Array.from(words), 4 * i);
      const layout = view.layouts.find(({ opcode }) => opcode === Number(word & 7n))!;
      const fields = layout.fields.map(({ name, bit, bits, signed }) => {
        const raw = (word >> BigInt(bit)) & ((1n << BigInt(bits)) - 1n);
        return [name, Number(signed ? BigInt.asIntN(bits, raw) : raw)];
      });
      const decoded = Object.fromEntries(fields) as Record<string, number>;
      expect({ kind: layout.kind, ...decoded }).toEqual({ ...instruction, opcode: layout.opcode });
    });
  });

  test("names the values of fields that are not quantities", () => {
    const names = viewOf(trace).layouts.flatMap(({ fields }) =>
      fields.flatMap(({ name, names }) => (names ? [[name, names[2]]] : [])),
    );
    expect(names).toEqual([
      ["memoryType", "INP"],
      ["memoryType", "INP"],
      ["aluOpcode", "ADD"],
    ]);
  });

  test("has the accesses of each instruction on chip", () => {
    const { stream } = trace;
    const view = viewOf(trace);
    const [patterns, ends] = [unpack(view.patterns), unpack(view.patternEnds)];
    const accesses = unpack(view.accesses);
    stream.forEach((entry, i) => {
      const pattern = patterns[i]!;
      const said = [];
      for (let k = pattern === 0 ? 0 : ends[pattern - 1]!; k < ends[pattern]!; k++) {
        const [memory, done, begin, end] = accesses.slice(4 * k, 4 * k + 4);
        said.push({ memory: MEMORIES[memory!], done, begin, end });
      }
      const as = (list: readonly vta.OnChipAccess[], done: number) =>
        list.map((access) => ({ ...access, done }));
      const { sramReads, sramWrites, padding } = entry;
      expect(said).toEqual([...as(sramReads, 0), ...as(sramWrites, 1), ...as(padding, 2)]);
    });
    expect(ends.length).toBeLessThan(stream.length);
  });

  test("has the elements in use, from the writer to the last reader", () => {
    const view = viewOf(trace);
    const rows = unpack(view.residencies);
    const total = trace.memories.reduce((n, { residencies }) => n + residencies.length, 0);
    expect(rows).toHaveLength(5 * total);
    const [memory, begin, end, writer, reader] = rows;
    const first = trace.memories[0]!.residencies[0]!;
    expect(MEMORIES[memory!]).toBe("INP");
    expect([begin, end]).toEqual([first.begin, first.end]);
    expect([writer, reader]).toEqual([first.writer.index, first.reader!.index]);
  });

  test("has the program, and for each instruction the statement that recorded it", () => {
    const view = viewOf(trace);
    const callers = unpack(view.callers);
    trace.stream.forEach(({ caller }, i) => {
      const [source, start, end] = view.statements.slice(3 * (callers[i]! - 1));
      expect(view.sources[source!]!.slice(start, end)).toBe(
        caller!.text().slice(caller!.start, caller!.end),
      );
    });
    expect(view.sources).toHaveLength(1);
  });

  test("counts the bytes moved, and names the model", () => {
    const view = viewOf(trace);
    const { counters, dramRead, dramWritten } = view.statistics;
    expect(unpack(view.traffic).reduce((sum, n) => sum + n)).toBe(dramRead + dramWritten);
    expect(counters.gemm_counter).toBe(16);
    expect(view).toMatchObject({ version: 1, model: env.MODEL, macsPerGemm: 256, dropped: 0 });
    expect(view.cycles).toBeUndefined();
  });

  test("has the number of instructions that are not in it", () => {
    const view = viewOf(traced(smallGemm(2), { limit: 5 }));
    expect([unpack(view.stages).length, view.dropped]).toEqual([5, 24]);
  });

  test("has cycles if a simulation provides them", () => {
    const recorded = new vta.ExecutionTrace(env);
    recorded.startRun();
    for (const entry of trace.stream) {
      const cycles = { begin: 10 * entry.index, end: 10 * entry.index + 7 };
      recorded.record({ ...entry, cycles }, () => ({ dst: 0, src: 0, wgt: 0 }));
    }
    expect(unpack(viewOf(recorded).cycles!).slice(0, 4)).toEqual([0, 7, 10, 17]);
  });

  test("of nothing is empty", () => {
    const bundle = vta.view.traceBundle(vta.trace(() => undefined));
    expect(bundle[tvmView.mimeTypes.plotly]).toBeUndefined();
    expect(bundle["text/plain"]).toContain("0 instructions in 0 runs");
    expect(viewOf(vta.trace(() => undefined)).runs).toEqual([]);
  });
});

describe("a trace in other front ends", () => {
  test("is text in a terminal", () => {
    const text = String(vta.view.traceBundle(traced(smallGemm(1)))["text/plain"]);
    expect(text).toContain("micro-ops executed: GEMM 16, ALU 48\n");
    expect(text).toContain("INP: at most 4 of 2048 elements in use (0.2 %)\n");
    expect(text).toMatch(/\n *\d+ {2}load {5}LOAD WGT {2}sram 0x0 .* push next\n/);
  });

  test("mentions in its text that it was cut", () => {
    const text = String(vta.view.traceBundle(traced(smallGemm(1), { limit: 7 }))["text/plain"]);
    expect(text).toContain("only the first 7 are recorded");
  });

  test("is HTML with pictures and no script", () => {
    const html = vta.view.traceBundle(traced(smallGemm(1)))["text/html"] as string;
    expect(html.match(/<img src="data:image\/png;base64,/g)).toHaveLength(4);
    expect(html).not.toContain("<script");
    expect(html).toContain("GEMM  uops");
  });

  test("is a Plotly figure with a heatmap for each memory that was used", () => {
    const bundle = vta.view.traceBundle(traced(alu([6, 6], 1, [(x) => x!.shiftRight(0)])));
    const figure = bundle[tvmView.mimeTypes.plotly] as tvmView.PlotlyFigure;
    expect(figure.data.map(({ yaxis }) => yaxis)).toEqual(["y", "y2"]);
    expect(figure.layout["yaxis2"]).toMatchObject({ title: { text: "UOP" } });
  });

  test("draws padding in a separate colour", () => {
    const bundle = vta.view.traceBundle(traced(paddedLoad([1, 1], [1, 1])));
    const figure = bundle[tvmView.mimeTypes.plotly] as tvmView.PlotlyFigure;
    const [acc] = figure.data as unknown as { z: number[][] }[];
    const states = new Set(acc!.z.flat());
    expect(states).toContain(3);
    expect(states).toContain(4);
  });
});

describe("an environment", () => {
  test("shows its memories and what one GEMM multiplies", () => {
    const bundle = vta.view.environmentBundle(env);
    expect(String(bundle["text/plain"]).split("\n")).toEqual([
      "sim_1x16_i8w8a32_15_15_18_17",
      "GEMM: 1 x 16 inputs by 16 x 16 weights",
      "memory  size     elements  an element     scope",
      "INP     32 KiB   2,048     int8 [1, 16]   local.inp_buffer",
      "WGT     256 KiB  1,024     int8 [16, 16]  local.wgt_buffer",
      "ACC     128 KiB  2,048     int32 [1, 16]  local.acc_buffer",
      "UOP     32 KiB   8,192     uint32 [1]",
      "OUT     32 KiB   2,048     int8 [1, 16]",
    ]);
    expect(bundle["text/html"]).toContain("local.wgt_buffer");
    const view = bundle[mimeTypes.environment] as vta.view.EnvironmentView;
    expect(view.config).toEqual(env.config);
    expect(view.gemm).toEqual({ batch: 1, blockIn: 16, blockOut: 16 });
  });

  test("is not shown like its device", () => {
    const device = extDev(0) as unknown as Record<symbol, () => tvmView.MimeBundle>;
    expect(device[Symbol.for("Jupyter.display")]!()).toEqual({ "text/plain": "ext_dev(0)" });
  });

  test("shows that it is a mock", () => {
    expect(vta.view.environmentBundle(env.mock)["text/plain"]).toContain("does nothing");
  });
});

describe("counters", () => {
  test("are shown as a table", () => {
    const { stats } = traced(smallGemm(1));
    const bundle = vta.view.statisticsBundle(stats);
    expect(bundle["text/plain"]).toContain("wgt_load_nbytes   1024\n");
    expect(bundle["text/html"]).toContain("DRAM: ");
    expect(bundle[mimeTypes.statistics]).toEqual({
      version: 1,
      counters: { ...stats },
      dramRead: 64 + 1024 + 20,
      dramWritten: 256,
    });
  });
});
