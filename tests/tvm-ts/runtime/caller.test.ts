import { beforeAll, expect, test } from "vitest";
import * as tvm from "tvm-ts";
import {
  AttrStmt,
  callExtern,
  Evaluate,
  IRModule,
  StringImm,
  type ExprLike,
  type Stmt,
} from "../../../lib/tvm-ts/src/ir";
import { callerOf, CpuDevice, NDArray, type Device } from "../../../lib/tvm-ts/src/runtime";
import { flat, func, loop, seq, store } from "../../support/compiled";

beforeAll(tvm.ready);

/** The statement of the functions' text that calls the device's function. */
function callerText(device: Device): string | undefined {
  const caller = callerOf(device);
  return caller && caller.text().slice(caller.start, caller.end);
}

/** A device that records which statement of the functions' text calls its functions. */
class Listener extends CpuDevice {
  readonly heard: (string | undefined)[] = [];
  override readonly functions: Device["functions"] = {
    extern: { Push: () => this.note(), Other: () => this.note() },
    recording: {
      Record: (_, body) => {
        this.note();
        return body();
      },
    },
  };

  private note(): void {
    this.heard.push(callerText(this));
  }
}

const push = (x: ExprLike): Stmt => new Evaluate(callExtern("int32", "Push", x));
const record = (body: Stmt): Stmt =>
  new AttrStmt(new StringImm("vta"), "coproc_uop_scope", new StringImm("Record"), body);

function moduleOf(body: Stmt): tvm.runtime.Module {
  return tvm.build(IRModule.of("main", func([flat("R", 1)], body)));
}

function callsHeard(module: tvm.runtime.Module): (string | undefined)[] {
  const device = new Listener(0);
  module(NDArray.empty([1], "float32", device));
  return device.heard;
}

const program = seq(
  push(1),
  loop("i", 2, (i) => seq(push(i.mul(2).add(1)), push(1))),
  record(push(7)),
  new Evaluate(callExtern("void", "Other")),
);

test("a function of the device learns which statement of the text calls it", () => {
  const module = moduleOf(program);
  expect(callsHeard(module)).toEqual([
    '@tir.call_extern("Push", 1, dtype=int32)',
    '@tir.call_extern("Push", ((i*2) + 1), dtype=int32)',
    '@tir.call_extern("Push", 1, dtype=int32)',
    '@tir.call_extern("Push", ((i*2) + 1), dtype=int32)',
    '@tir.call_extern("Push", 1, dtype=int32)',
    'attr ["vta"] "coproc_uop_scope" = "Record";\n  @tir.call_extern("Push", 7, dtype=int32)',
    '@tir.call_extern("Push", 7, dtype=int32)',
    '@tir.call_extern("Other", dtype=void)',
  ]);
});

test("the same text in two places has two callers", () => {
  const places: number[] = [];
  const device = new Listener(0);
  Object.defineProperty(device.functions.extern, "Push", {
    value: () => void places.push(callerOf(device)!.start),
  });
  moduleOf(program)(NDArray.empty([1], "float32", device));
  expect(new Set(places).size).toBe(4);
  expect(places[2]).toBe(places[4]);
});

test("after the calls of a recorded part, a recording function still has its own caller", () => {
  const device = new Listener(0);
  const callers: (number | undefined)[] = [];
  Object.defineProperty(device.functions.recording, "Record", {
    value: (_: object, body: () => number) => {
      callers.push(callerOf(device)?.start);
      body();
      callers.push(callerOf(device)?.start);
      return 0;
    },
  });
  moduleOf(record(push(7)))(NDArray.empty([1], "float32", device));
  expect(callers[0]).toBeDefined();
  expect(callers[1]).toBe(callers[0]);
});

test("a function of the device that calls the module again still has its own caller", () => {
  const device = new Listener(0);
  const module = moduleOf(seq(push(1), new Evaluate(callExtern("void", "Other"))));
  const array = NDArray.empty([1], "float32", device);
  const callers: (string | undefined)[] = [];
  let isNested = false;
  Object.defineProperty(device.functions.extern, "Push", {
    value: () => {
      if (isNested) return;
      isNested = true;
      module(array);
      callers.push(callerText(device));
    },
  });
  Object.defineProperty(device.functions.extern, "Other", { value: () => undefined });
  module(array);
  expect(callers).toEqual(['@tir.call_extern("Push", 1, dtype=int32)']);
});

test("a call inside an expression has no caller, rather than the statement before it", () => {
  const result = flat("R", 1);
  const value = callExtern("float32", "Other");
  const body = seq(push(1), store(result, 0, value));
  const device = new Listener(0);
  tvm.build(IRModule.of("main", func([result], body)))(NDArray.empty([1], "float32", device));
  expect(device.heard).toEqual(['@tir.call_extern("Push", 1, dtype=int32)', undefined]);
});

test("a saved module still knows its callers", () => {
  const module = moduleOf(program);
  const loaded = tvm.runtime.Module.load(module.toBytes(), "module", undefined as never);
  expect(callsHeard(loaded)).toEqual(callsHeard(module));
});

test("there is no caller where calls were removed from the code", () => {
  const empty = loop("j", 0, () => push(2));
  expect(callsHeard(moduleOf(seq(empty, push(1))))).toEqual([undefined]);
});

test("there is no caller when no code runs", () => {
  expect(callerOf(new CpuDevice(0))).toBeUndefined();
});
