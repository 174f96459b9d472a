import { beforeAll, describe, expect, test } from "vitest";
import { ready, view } from "tvm-ts";
import * as vta from "vta-ts";
import { CELLS, sharesOf, type RasterFrame } from "../../extension/src/buffer-view/raster";
import { addCoverage } from "../../extension/src/instruction-view/coverage";
import {
  fittingTitle,
  inSightText,
  tokenTexts,
  writtenTexts,
} from "../../extension/src/instruction-view/words";
import { readView, UnreadableOutput } from "../../extension/src/mime/read-view";
import { traceSchema } from "../../extension/src/trace/data";
import { criticalPathText } from "../../extension/src/instruction-view/critical-path";
import { CELL, type MemoryModel } from "../../extension/src/trace/memory-model";
import { Moments } from "../../extension/src/trace/moment";
import { TraceModel } from "../../extension/src/trace/model";
import { FETCH } from "../../extension/src/trace/timeline";
import { TimeWindow } from "../../extension/src/trace/time-window";
import { COMPUTE, LOAD } from "../../extension/src/trace/tokens";
import { profileOfProduct, traceOfProduct } from "../../extension/stories/accelerator";
import { trans } from "./trans";

let trace: vta.ExecutionTrace;
/** The view as a front end receives it. */
let json: vta.view.TraceView;
let model: TraceModel;

function modelOf(data: object): TraceModel {
  return new TraceModel(readView(traceSchema, JSON.parse(JSON.stringify(data)), trans));
}

beforeAll(async () => {
  await ready();
  trace = traceOfProduct({ rows: 8, blocks: 4, tile: [8, 2, 2], threads: 2 });
  json = vta.view.traceBundle(trace)[vta.view.mimeTypes.trace] as vta.view.TraceView;
  model = modelOf(json);
}, 60_000);

describe("an instruction", () => {
  test("has the name that the library gives it", () => {
    const titles = trace.stream.map(({ instruction }) => vta.titleOf(instruction));
    expect(titles.map((_, i) => model.title(i))).toEqual(titles);
  });

  test("has the fields that the library encoded", () => {
    trace.stream.forEach(({ instruction }, i) => {
      for (const { name, value } of model.fields(i)) {
        expect([name, value]).toEqual([name, instruction[name as keyof typeof instruction]]);
      }
    });
  });

  test("has fields across 32-bit words and signed ones", () => {
    const isa = new vta.InstructionSet(trace.env);
    const alu: vta.Instruction = {
      ...{ kind: "ALU", popPrev: 0, popNext: 0, pushPrev: 0, pushNext: 0, resetReg: 0 },
      ...{ uopBgn: 8191, uopEnd: 8192, iterOut: 16383, iterIn: 12345, aluOpcode: 4, useImm: 1 },
      ...{ dstFactorOut: 2047, dstFactorIn: 1, srcFactorOut: 1024, srcFactorIn: 3, imm: -32768 },
    };
    const words = new Uint32Array(4 * trace.stream.length);
    vta.encode(isa, alu, words);
    const changed = modelOf({ ...json, words: view.packNumbers(words, "u4") });
    const fields = Object.fromEntries(changed.fields(0).map(({ name, value }) => [name, value]));
    expect({ ...alu, ...fields }).toEqual(alu);
    expect(changed.title(0)).toBe("ALU MUL");
  });

  test("that only carries tokens has no empty fields", () => {
    const nop = trace.stream.findIndex(({ instruction }) =>
      vta.titleOf(instruction).includes("NOP"),
    );
    expect(nop).toBeGreaterThanOrEqual(0);
    expect(model.fields(nop).filter(({ value }) => value === 0)).toEqual([]);
    const load = trace.stream.findIndex(({ stage }) => stage === "load");
    expect(model.fields(load).some(({ value }) => value === 0)).toBe(true);
  });

  test("that is narrower than a pixel fills its share of it", () => {
    const pixels = new Float32Array(4);
    addCoverage(pixels, 0.5, 0.75);
    addCoverage(pixels, 1.5, 3);
    expect([...pixels]).toEqual([0.25, 0.5, 1, 0]);
  });

  test("has its full name, its first word or no name, never a truncated one", () => {
    const withRoomFor = (letters: number) =>
      fittingTitle("LOAD ACC", ({ length }) => length <= letters);
    expect([8, 7, 4, 3].map(withRoomFor)).toEqual(["LOAD ACC", "LOAD", "LOAD", ""]);
  });

  test("lists its accesses on chip", () => {
    trace.stream.forEach(({ sramReads, sramWrites }, i) => {
      const all = model.accesses(i).map(({ memory, done, begin, end }) => {
        return `${done} ${memory.name} ${begin}..${end}`;
      });
      const said = [
        ...sramReads.map(({ memory, begin, end }) => `read ${memory} ${begin}..${end}`),
        ...sramWrites.map(({ memory, begin, end }) => `written ${memory} ${begin}..${end}`),
      ];
      expect(all).toEqual(said);
    });
  });
});

describe("a token", () => {
  test("goes from the instruction that pushed it to the one that popped it", () => {
    const load = trace.stream.findIndex(({ pushed }) => pushed.includes("l2g"));
    const waits = trace.stream.findIndex(({ popped }) => popped.includes("l2g"));
    const token = model.tokensAt(load).find(({ pushed }) => pushed === load)!;
    expect(token).toEqual({ from: LOAD, to: COMPUTE, pushed: load, popped: waits });
    expect(tokenTexts(model, waits, trans)[0]).toEqual({
      text: `waits for load: ${load} LOAD WGT`,
      other: load,
    });
  });

  test("is never popped before it was pushed", () => {
    const order = new Map(trace.entries.map((entry, place) => [entry, place]));
    const place = (index: number) => order.get(trace.stream[index]!)!;
    expect(model.tokens.length).toBeGreaterThan(10);
    for (const { pushed, popped } of model.tokens) {
      expect(place(popped!)).toBeGreaterThan(place(pushed!));
    }
  });

  test("whose other end was cut off is marked", () => {
    const cut = traceOfProduct({ rows: 8, blocks: 4, tile: [8, 2, 2], threads: 2 }, { limit: 12 });
    const { [vta.view.mimeTypes.trace]: data } = vta.view.traceBundle(cut);
    const short = modelOf(data as object);
    const alone = short.tokens.find(({ popped }) => popped === undefined)!;
    const texts = tokenTexts(short, alone.pushed!, trans).map(({ text }) => text);
    expect(texts.join()).toMatch(/pushes a token to \w+ that is never popped/);
  });
});

/** The shares at each pixel, row by row. */
function pixelsOf(memory: MemoryModel, frame: RasterFrame): number[][] {
  const shares = sharesOf(memory, frame);
  return Array.from({ length: shares.length / CELLS }, (_, pixel) => [
    ...shares.subarray(pixel * CELLS, (pixel + 1) * CELLS),
  ]);
}

/** The state that a pixel shows, if there is only one. */
const only = (shares: number[]): number => shares.findIndex((share) => share === 1);

describe("a memory", () => {
  test("shows a load as written, then occupied, then read, then free", () => {
    const [inp] = model.memories;
    const { writer, reader, begin } = inp!.residencies[0]!;
    const columns = model.size;
    const frame = { columns, rows: inp!.used, elements: inp!.used, from: 0, to: columns };
    const row = pixelsOf(inp!, frame)
      .slice(begin * columns, (begin + 1) * columns)
      .map(only);
    expect(row[writer]).toBe(CELL.written);
    expect(new Set(row.slice(writer + 1, reader))).toEqual(new Set([CELL.occupied]));
    expect(row[reader]).toBe(CELL.read);
    expect(row[reader + 1]).toBe(CELL.free);
  });

  test("shows the share of each state where many instructions share a pixel", () => {
    const [inp] = model.memories;
    const [columns, rows] = [model.size, inp!.used];
    const single = pixelsOf(inp!, { columns, rows, elements: rows, from: 0, to: columns });
    const [shares] = pixelsOf(inp!, { columns: 1, rows: 1, elements: rows, from: 0, to: columns });
    for (let cell = 0; cell < CELLS; cell++) {
      const count = single.filter((pixel) => only(pixel) === cell).length;
      expect(shares![cell]).toBeCloseTo(count / single.length, 4);
    }
    expect(shares!.filter((share) => share > 0).length).toBeGreaterThan(3);
  });

  test("leads to the instruction that accesses a place, or to the one that wrote its contents", () => {
    const [inp] = model.memories;
    const { writer, reader, begin } = inp!.residencies[0]!;
    const at = (time: number) => inp!.instructionAt(begin, begin + 1, time, time + 1);
    expect([at(writer), at(writer + 1), at(reader)]).toEqual([writer, writer, reader]);
    expect(inp!.instructionAt(begin, begin + 1, 0, 1)).toBeUndefined();
  });

  test("distinguishes padding from loaded elements", () => {
    const accesses = view.packNumbers([0, 1, 0, 8, 0, 2, 2, 4], "u4");
    const patternEnds = view.packNumbers([2], "u4");
    const patterns = view.packNumbers(
      trace.stream.map(() => 0),
      "u4",
    );
    const padded = modelOf({ ...json, accesses, patternEnds, patterns });
    const { used } = padded.memories[0]!;
    const frame = { columns: 1, rows: used, elements: used, from: 0, to: 1 };
    const [written, zeros] = [CELL.written, CELL.padded];
    expect(pixelsOf(padded.memories[0]!, frame).map(only).slice(0, 8)).toEqual([
      written,
      written,
      zeros,
      zeros,
      written,
      written,
      written,
      written,
    ]);
  });
});

describe("a statement", () => {
  test("leads to its instructions, and they lead to it", () => {
    const statement = model.statementOf(4)!;
    const { source, start, end } = model.statement(statement);
    const text = json.sources[source]!.slice(start, end);
    expect(text).toContain("VTALoadBuffer2D");
    expect(model.recordedBy(statement)).toContain(4);
    expect(model.statementAt(source, start + 5)).toBe(statement);
  });

  test("without a known recorder is undefined", () => {
    const callers = view.packNumbers(
      trace.stream.map(() => 0),
      "u4",
    );
    const unknown = modelOf({ ...json, callers, sources: [], statements: [] });
    expect(unknown.statementOf(4)).toBeUndefined();
    expect(unknown.statementAt(0, 3)).toBeUndefined();
  });
});

describe("time", () => {
  test("counts instructions, and cycles where they are known", () => {
    expect(model.duration).toBe(model.size);
    const cycles = view.packNumbers(
      trace.stream.flatMap((_, i) => [10 * i, 10 * i + 7]),
      "f8",
    );
    expect(modelOf({ ...json, cycles }).duration).toBe(10 * (model.size - 1) + 7);
  });

  test("starts where the previous run ended", () => {
    const half = 16;
    const rest = model.size - half;
    const numbers = trace.stream.flatMap((_, i) => {
      const begin = 10 * (i < half ? i : i - half);
      return [begin, begin + 10];
    });
    const cycles = view.packNumbers(numbers, "f8");
    const { times } = modelOf({ ...json, cycles, runs: [half, rest] });
    expect(times.begins[half]).toBe(10 * half);
  });

  test("that is visible is moved and zoomed within the trace", () => {
    const window = new TimeWindow(model);
    window.zoom(0.5, 10);
    expect([window.from, window.to]).toEqual([5, 5 + model.size / 2]);
    window.pan(-1);
    expect(window.from).toBe(0);
    window.pan(10);
    expect(window.to).toBe(model.size);
    window.zoom(100);
    expect([window.from, window.to]).toEqual([0, model.size]);
    window.zoom(1e-9);
    expect(window.to - window.from).toBe(8);
  });

  test("in sight is named while it is not all there is", () => {
    const window = new TimeWindow(model);
    window.showAll();
    expect(inSightText(window, trans)).toBe("");
    window.showBetween(4, 16);
    expect(inSightText(window, trans)).toBe(`instructions 4 to 16 of ${model.size} in sight`);
  });

  test("moves to the instruction that is chosen, which is always one of the trace", () => {
    const window = new TimeWindow(model);
    window.zoom(0.25, 0);
    window.select(model.size + 5);
    expect(window.selected).toBe(model.size - 1);
    expect(window.to).toBe(model.size);
    window.select(-3);
    expect([window.selected, window.from]).toEqual([0, 0]);
  });
});

test.each<[string, (data: vta.view.TraceView) => object]>([
  ["words are missing", ({ words }) => ({ words: { ...words, bdata: words.bdata.slice(16) } })],
  ["bytes are missing", ({ words }) => ({ words: { ...words, bdata: words.bdata.slice(1) } })],
  [
    "a number that is not a stage's",
    ({ stages }) => ({ stages: { ...stages, bdata: "/" + stages.bdata.slice(1) } }),
  ],
  ["fewer in the runs", () => ({ runs: [1] })],
  ["a memory that is not there", () => ({ memories: [] })],
  ["smaller memories", ({ memories }) => ({ memories: memories.map((m) => ({ ...m, depth: 1 })) })],
  ["a program that is not there", () => ({ sources: [] })],
  ["no statements", () => ({ statements: [] })],
  [
    "a field outside the word",
    () => ({
      layouts: [
        { kind: "X", opcode: 0, fields: [{ name: "a", bit: 127, bits: 32, signed: false }] },
      ],
    }),
  ],
  [
    "cycles that are not numbers",
    ({ stages }) => ({
      cycles: view.packNumbers(
        Array.from({ length: stages.bdata.length }, () => NaN),
        "f8",
      ),
    }),
  ],
])("a damaged trace is refused: %s", (_, change) => {
  expect(() => modelOf({ ...json, ...change(json) })).toThrow(UnreadableOutput);
});

test("an empty trace is accepted", () => {
  const nothing = vta.view.traceBundle(vta.trace(() => undefined));
  expect(modelOf(nothing[vta.view.mimeTypes.trace] as object).size).toBe(0);
});

describe("a trace with cycles", () => {
  let profile: vta.Profile;
  let timed: TraceModel;

  beforeAll(() => {
    profile = profileOfProduct({ rows: 8, blocks: 4, tile: [8, 2, 2], threads: 2 });
    timed = modelOf(vta.view.traceView(profile.trace()));
  });

  test("has what each stage's cycles were spent on", () => {
    const timeline = timed.timeline!;
    expect(timeline.cycles).toBe(profile.cycles);
    (["load", "compute", "store"] as const).forEach((module, stage) => {
      const sums = timeline.causes.map(() => 0);
      timeline.forEachSpan(stage, 0, Infinity, (cause, begin, end) => {
        sums[cause]! += end - begin;
        expect(timeline.spanAt(stage, begin)).toEqual({
          cause: timeline.causes[cause],
          begin,
          end,
        });
        expect(timeline.spanAt(stage, end - 1)!.begin).toBe(begin);
      });
      expect(sums).toEqual(
        timeline.causes.map((cause) => profile.modules[module][cause as "busy"]),
      );
      expect(timeline.spanAt(stage, profile.cycles)).toBeUndefined();
    });
  });

  test("has the critical path, which ends with the last instruction", () => {
    const steps = timed.timeline!.steps;
    expect(timed.title(steps.at(-1)!.instruction)).toBe("FINISH");
    expect(steps.map(({ reason }) => reason)).toContain("token");
    expect(criticalPathText(timed.timeline!, trans)).toMatch(/^Critical path: load \d+ %, compute/);
  });

  test("whose stages have gaps is damaged", () => {
    const json = vta.view.traceView(profile.trace());
    const timeline = { ...json.timeline!, cycles: json.timeline!.cycles + 1 };
    expect(() => modelOf({ ...json, timeline })).toThrow(/a stage's cycles have gaps/);
  });

  test("is a sequence of moments, in the order in which instructions start", () => {
    const moments = new Moments(timed);
    const { begins } = timed.times;
    let index = 0;
    const seen = [index];
    for (let next; (next = moments.neighbour(index, 1)) !== undefined; index = next) {
      expect(begins[next]!).toBeGreaterThanOrEqual(begins[index]!);
      expect(moments.neighbour(next, -1)).toBe(index);
      seen.push(next);
    }
    expect(new Set(seen).size).toBe(timed.size);
  });

  test("has at each moment as many tokens as were pushed and not popped", () => {
    const moments = new Moments(timed);
    for (let index = 0; index < timed.size; index++) {
      for (const count of moments.tokensAt(index)) expect(count).toBeGreaterThanOrEqual(0);
    }
    const giver = trace.stream.findIndex(({ pushed }) => pushed.includes("l2g"));
    const after = timed.times.begins.findIndex((begin) => begin >= timed.times.ends[giver]!);
    const taken = trace.stream.filter(
      ({ popped }, i) =>
        popped.includes("l2g") && timed.times.begins[i]! <= timed.times.begins[after]!,
    );
    const given = trace.stream.filter(
      ({ pushed }, i) =>
        pushed.includes("l2g") && timed.times.ends[i]! <= timed.times.begins[after]!,
    );
    expect(moments.tokensAt(after)[0]).toBe(given.length - taken.length);
  });

  test("finds the instruction that changes an element next, and the memory's contents then", () => {
    const moments = new Moments(timed);
    const inp = timed.memories.find(({ fact }) => fact.name === "INP")!;
    const first = moments.nextChange(0, inp, 0)!;
    expect(timed.title(first)).toBe("LOAD INP");
    const second = moments.nextChange(first, inp, 0)!;
    expect(timed.times.begins[second]!).toBeGreaterThan(timed.times.begins[first]!);
    expect(inp.cellsAt(timed.times.begins[first]!, [first])[0]).toBe(CELL.written);
    expect(inp.cellsAt(timed.times.ends[first]! + 1, [])[0]).toBe(CELL.occupied);
    expect(inp.cellsAt(timed.duration, [])[0]).toBe(CELL.free);
    expect(moments.nextChange(timed.size - 1, inp, 0)).toBeUndefined();
  });

  test("has the instruction of each stage at a moment", () => {
    const moments = new Moments(timed);
    const { begins, ends } = timed.times;
    for (let index = 0; index < timed.size; index++) {
      for (const stage of [0, 1, 2]) {
        const working = Array.from({ length: timed.size }, (_, i) => i).filter(
          (i) =>
            timed.stage(i) === stage && begins[i]! <= begins[index]! && ends[i]! > begins[index]!,
        );
        expect(moments.runningInstruction(index, stage)).toBe(working[0]);
      }
    }
  });
});

describe("values", () => {
  const memoryOf = (name: string): MemoryModel =>
    model.memories.find(({ fact }) => fact.name === name)!;

  test("are those that instructions leave in the elements that they write", () => {
    const recorded = trace.stream.filter(({ values }) => values !== undefined);
    expect(recorded.length).toBeGreaterThan(10);
    trace.stream.forEach((entry, i) => {
      let next = 0;
      for (const { memory, begin, end } of entry.sramWrites) {
        for (let element = begin; element < end; element++) {
          expect(memoryOf(memory).valuesOf(i, element)).toEqual(entry.values?.[next++]);
        }
      }
    });
  });

  test("of the last store's elements are the stored values", () => {
    const store = trace.stream.findLastIndex(({ stage }) => stage === "store");
    const { sramReads } = trace.stream[store]!;
    const acc = memoryOf("ACC");
    const moments = new Moments(model);
    const place = sramReads[0]!.begin;
    const writer = moments.lastChange(store, acc, place)!;
    expect(trace.stream[writer]!.instruction.kind).toBe("ALU");
    expect(acc.valuesOf(writer, place)).toHaveLength(16);
  });

  test("are in words for the first element of each memory that is written", () => {
    const load = trace.stream.findIndex(({ values }) => values !== undefined);
    const [write] = trace.stream[load]!.sramWrites;
    const shown = trace.stream[load]!.values![0]!.slice(0, 8).join(" ");
    expect(writtenTexts(model, load, trans)).toEqual([
      `${write!.memory} ${write!.begin} becomes ${shown} …`,
    ]);
  });

  test("that are missing, or too few, are reported", () => {
    const older = JSON.parse(JSON.stringify(json)) as Record<string, unknown>;
    delete older["values"];
    delete older["valueEnds"];
    delete older["valuesPerElement"];
    expect(writtenTexts(modelOf(older), 4, trans)).toEqual([]);
    expect(() => modelOf({ ...json, values: view.packNumbers([1], "i4") })).toThrow(
      UnreadableOutput,
    );
  });
});

describe("fetch", () => {
  test("has a lane whose causes add up to those of the profile", () => {
    const profile = profileOfProduct({ rows: 8, blocks: 4, tile: [8, 2, 2], threads: 2 });
    const bundle = vta.view.traceBundle(profile.trace());
    const { timeline } = modelOf(bundle[vta.view.mimeTypes.trace] as object);
    expect(timeline!.hasFetch).toBe(true);
    const sums: Record<string, number> = {};
    timeline!.forEachSpan(FETCH, 0, profile.cycles, (cause, begin, end) => {
      const name = timeline!.causes[cause]!;
      sums[name] = (sums[name] ?? 0) + end - begin;
    });
    const expected = Object.entries(profile.modules.fetch).filter(([, cycles]) => cycles > 0);
    expect(sums).toEqual(Object.fromEntries(expected));
    expect(String(bundle["text/plain"])).toMatch(/^ {2}fetch {4}.*busy \d/m);
  });

  test("has none in outputs of earlier versions", () => {
    const profile = profileOfProduct({ rows: 8, blocks: 4, tile: [8, 2, 2], threads: 2 });
    const saved = vta.view.traceBundle(profile.trace())[vta.view.mimeTypes.trace] as object;
    const older = JSON.parse(JSON.stringify(saved)) as { timeline: Record<string, unknown> };
    delete older.timeline["fetchCauses"];
    delete older.timeline["fetchEnds"];
    expect(modelOf(older).timeline!.hasFetch).toBe(false);
  });
});
