import { describe, expect, test } from "vitest";
import {
  InternalError,
  IRModule,
  pass,
  PassContext,
  tir,
  UsageError,
  type PassInstrument,
} from "tvm-ts";

const { Pipeline, PassPrinter, PassRecorder, runPass } = pass;

function moduleOf(body: tir.Stmt): IRModule {
  const param = new tir.Var("A", "handle");
  const buffer = tir.declBuffer([4], "int32", { name: "A" });
  return IRModule.of("main", new tir.PrimFunc([param], body, new Map([[param, buffer]])));
}

/** Appends a statement that does nothing, so that each run shows in the module. */
function append(name: string, optLevel = 0): pass.FunctionPass {
  return {
    name,
    doc: "Appends a statement that does nothing.",
    optLevel,
    run: (func) => func.with({ body: new tir.SeqStmt([func.body, tir.noOp()]) }),
  };
}

const same: pass.FunctionPass = { name: "same", doc: "Changes nothing.", run: (func) => func };
const start = moduleOf(tir.noOp());

function logger(name: string, log: string[], only?: (pass: string) => boolean): PassInstrument {
  return {
    name,
    enterPassContext: () => log.push(`${name} enter`),
    exitPassContext: () => log.push(`${name} exit`),
    shouldRun: (_, { name: asked }) => only?.(asked) ?? true,
    runBeforePass: (_, { name: run }) => log.push(`${name} before ${run}`),
    runAfterPass: (_, { name: run }) => log.push(`${name} after ${run}`),
  };
}

describe("contexts", () => {
  test("an option has its default until a context sets it, groups part by part", () => {
    const context = new PassContext({ config: { "tir.UnrollLoop": { autoMaxStep: 16 } } });
    expect(context.option("tir.UnrollLoop")).toEqual({
      autoMaxStep: 16,
      autoMaxDepth: 8,
      autoMaxExtent: 0,
      explicitUnroll: true,
    });
    expect(context.option("tir.noalias")).toBe(true);
    const other = context.with({ config: { "tir.noalias": false } });
    expect(other.option("tir.UnrollLoop").autoMaxStep).toBe(16);
    expect(other.option("tir.noalias")).toBe(false);
    expect(context.option("tir.noalias")).toBe(true);
  });

  test("options that do not exist or have another type are refused by name", () => {
    const make = (config: object) => () => new PassContext({ config });
    expect(make({ "tir.Unroll": {} })).toThrow(
      /no option 'tir\.Unroll'; the options are tir\.UnrollLoop/,
    );
    expect(make({ "tir.UnrollLoop": { maxStep: 1 } })).toThrow(/tir\.UnrollLoop: .*'maxStep'/);
    expect(make({ "tir.noalias": 1 })).toThrow(/'tir\.noalias' takes a boolean, not a number/);
    expect(make({ "tir.noalias": 1 })).toThrow(UsageError);
    expect(() => new PassContext({ optLevel: 7 })).toThrow(/optLevel must be 0, 1, 2 or 3, not 7/);
  });

  test("sequences leave out disabled passes and those of a higher level", () => {
    const both = { name: "both", doc: "", passes: [append("a"), append("b", 3)] };
    const recordsOf = (context: PassContext): string[] => {
      const recorder = new PassRecorder();
      runPass(both, start, context.withInstrument(recorder));
      return recorder.records.map((record) => record.name);
    };
    expect(recordsOf(new PassContext())).toEqual(["a", "both"]);
    expect(recordsOf(new PassContext({ optLevel: 3 }))).toEqual(["a", "b", "both"]);
    expect(recordsOf(new PassContext({ requiredPass: ["b"] }))).toEqual(["a", "b", "both"]);
    expect(recordsOf(new PassContext({ disabledPass: ["a"] }))).toEqual(["both"]);
  });
});

describe("running", () => {
  test("a module whose functions do not change is the same object", () => {
    expect(runPass(same, start)).toBe(start);
    expect(runPass({ name: "all", doc: "", passes: [same, same] }, start)).toBe(start);
  });

  test("instruments see every pass, inner ones inside outer ones, in the context's order", () => {
    const log: string[] = [];
    const context = new PassContext({ instruments: [logger("x", log), logger("y", log)] });
    runPass({ name: "outer", doc: "", passes: [same] }, start, context);
    expect(log).toEqual([
      "x enter",
      "y enter",
      "x before outer",
      "y before outer",
      "x before same",
      "y before same",
      "x after same",
      "y after same",
      "x after outer",
      "y after outer",
      "x exit",
      "y exit",
    ]);
  });

  test("an instrument can skip a pass, unless it is required", () => {
    const log: string[] = [];
    const skipping = logger("x", log, (name) => name !== "a");
    const run = (requiredPass: string[]): IRModule =>
      runPass(append("a"), start, new PassContext({ instruments: [skipping], requiredPass }));
    expect(run([])).toBe(start);
    expect(log).toEqual(["x enter", "x exit"]);
    expect(run(["a"])).not.toBe(start);
  });

  test("a pass that fails is named, and instruments leave the context", () => {
    const log: string[] = [];
    const broken: pass.FunctionPass = {
      name: "tir.Broken",
      doc: "",
      run: () => {
        throw new TypeError("x is undefined");
      },
    };
    const run = (): IRModule =>
      runPass(broken, start, new PassContext({ instruments: [logger("x", log)] }));
    expect(run).toThrow(InternalError);
    expect(run).toThrow("pass tir.Broken failed on function main: TypeError: x is undefined");
    expect(log.filter((entry) => entry === "x exit")).toHaveLength(2);
  });

  test("a user's error that a pass finds is passed on unchanged", () => {
    const mistake = new UsageError("te-vectorize", "loop i cannot be vectorized");
    const strict: pass.FunctionPass = {
      name: "strict",
      doc: "",
      run: () => {
        throw mistake;
      },
    };
    expect(() => runPass(strict, start)).toThrow(mistake);
  });

  test("a sequence per function shows each function separately, under its other name", () => {
    const seen: string[] = [];
    const spy: PassInstrument = {
      name: "spy",
      runBeforePass: (module, { name }) =>
        seen.push(`${name}(${[...module.functions.keys()].join()})`),
    };
    const two = new IRModule(
      new Map([...start.functions, ["other", [...start.functions.values()][0]!]]),
    );
    const sequence: pass.Sequential = {
      name: "each",
      doc: "",
      passes: [append("a")],
      perFunction: { as: "it", when: (func) => func.params.length === 1 },
    };
    const result = runPass(sequence, two, new PassContext({ instruments: [spy] }));
    expect(seen).toEqual(["each(main,other)", "a(it)", "a(it)"]);
    expect([...result.functions.keys()]).toEqual(["main", "other"]);
    expect(result.functions.get("other")!.body.kind).toBe("SeqStmt");
  });
});

describe("pipelines", () => {
  const pipeline = new Pipeline([
    { name: "early", passes: [append("a")] },
    { name: "late", passes: [append("b")] },
  ]);
  const names = (p: pass.Pipeline): string[] => p.passes.map(({ name }) => name);

  test("passes are added at the end of a phase or around a pass, without changing the original", () => {
    expect(names(pipeline.appendTo("early", same))).toEqual(["a", "same", "b"]);
    expect(names(pipeline.insertBefore("b", same))).toEqual(["a", "same", "b"]);
    expect(names(pipeline.insertAfter("b", same))).toEqual(["a", "b", "same"]);
    expect(names(pipeline)).toEqual(["a", "b"]);
  });

  test("places that do not exist are refused", () => {
    expect(() => pipeline.appendTo("middle", same)).toThrow(
      "the pipeline has no phase 'middle'; it has early, late",
    );
    expect(() => pipeline.insertAfter("c", same)).toThrow("the pipeline has no pass 'c'");
  });
});

describe("recording", () => {
  test("a record says whether the text changed, and has both texts", () => {
    const recorder = new PassRecorder();
    const context = new PassContext({ instruments: [recorder] });
    // The same statement made again: another object, the same text.
    const remake: pass.FunctionPass = {
      name: "remake",
      doc: "",
      run: (func) => func.with({ body: tir.noOp() }),
    };
    runPass({ name: "all", doc: "", passes: [remake, append("a")] }, start, context);
    const [remade, appended, all] = recorder.records;
    expect([remade!.changed, appended!.changed, all!.changed]).toEqual([false, true, true]);
    expect([remade!.depth, appended!.depth, all!.depth]).toEqual([1, 1, 0]);
    expect(appended!.textBefore).toBe(start.toString());
    expect(appended!.textAfter).toBe(all!.textAfter);
    expect(all!.time).toBeGreaterThanOrEqual(appended!.time);
  });

  test("the printer writes names and times, and modules according to its level", () => {
    const linesAt = (level: pass.DebugLevel): string[] => {
      const lines: string[] = [];
      const printer = new PassPrinter(level, (text) => lines.push(text));
      const context = new PassContext({ instruments: [printer] });
      runPass({ name: "all", doc: "", passes: [same, append("a")] }, start, context);
      return lines.map((line) => line.replace(/^ *[\d.]+ ms/, "").trimEnd());
    };
    expect(linesAt(1)).toEqual(["     same", " *   a", " * all"]);
    expect(linesAt(2)).toHaveLength(5);
    expect(linesAt(3)).toHaveLength(6);
  });
});

describe("the verifier", () => {
  test("names the pass that leaves a function malformed, and what is wrong", () => {
    const i = new tir.Var("i");
    const breaking: pass.FunctionPass = {
      name: "tir.Breaking",
      doc: "",
      run: (func) => {
        const [buffer] = func.bufferMap.values();
        return func.with({ body: new tir.BufferStore(buffer!, new tir.IntImm(0), [i]) });
      },
    };
    const context = new PassContext({ instruments: [new pass.PassVerifier()] });
    expect(() => runPass(breaking, start, context)).toThrow(
      "pass tir.Breaking leaves function main malformed: variable i is not defined here",
    );
  });
});
