/** Programs do not affect each other, whatever ran before, and however that ended. */

import { createHash } from "node:crypto";
import { fileURLToPath } from "node:url";
import { beforeAll, describe, expect, test } from "vitest";
import { nd, np, ready, te, tir, type NDArray } from "tvm-ts";
import * as vta from "vta-ts";
import { readCorpus, type Entry, type ExpectedRun } from "../golden/corpus";
import { declareOperator } from "../golden/operators";
import { bytesOf, environmentOf, namesOf } from "../golden/vta";
import { inputData } from "../support/golden-data";
import { buildProgram } from "../support/golden-program";

beforeAll(() => ready());

/** A golden program, not compiled yet. */
interface Program {
  readonly name: string;
  readonly env: vta.Environment;
  readonly expected: ExpectedRun;
  readonly disabledPass: readonly string[];
  readonly inputs: Readonly<Record<string, readonly [number, number, number]>>;
  declare(): { schedule: te.Schedule; args: readonly te.Tensor[]; names: readonly string[] };
}

function toProgram(entry: Entry): Program[] {
  if (entry.sort === "operator") {
    const { name, run: expected, inputs } = entry;
    const env = environmentOf(entry.config);
    const disabledPass = ["tir.CommonSubexprElimTIR"];
    return [
      { name, env, expected, disabledPass, inputs, declare: () => declareOperator(entry, env) },
    ];
  }
  if (entry.sort !== "program") return [];
  const { name, program, expected } = entry;
  if (expected.run?.stats === undefined) return [];
  const env = environmentOf(program.config);
  return [
    {
      name,
      env,
      expected: expected.run,
      disabledPass: program.run!.disabled_pass ?? [],
      inputs: program.run!.inputs,
      declare() {
        const { schedule, args } = buildProgram<never>(program, { vta: namesOf(env) });
        return { schedule, args: args as readonly te.Tensor[], names: program.args };
      },
    },
  ];
}

function corpus(...folders: readonly string[]): Program[] {
  const paths = folders.map((name) => fileURLToPath(new URL(`../golden/${name}`, import.meta.url)));
  return readCorpus(paths).entries.flatMap(toProgram);
}

/** A small generator of random numbers below `n`, the same each time. */
function random(seed: number): (n: number) => number {
  let state = seed;
  return (n) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor((state / 2 ** 32) * n);
  };
}

class LostPower extends Error {}

/** An accelerator that fails at a chosen place. */
class Fragile {
  /** Calls of the runtime that still succeed. */
  callsLeft = Infinity;
  /** The instruction that is corrupted for the next run. */
  spoiled: number | undefined;
  readonly device: vta.VtaDevice;

  constructor(env: vta.Environment) {
    this.device = new vta.VtaDevice(0, env, {
      makeAccelerator: (_, dram) => {
        const simulator = new vta.FunctionalSimulator(env, dram);
        const run = simulator.run.bind(simulator);
        simulator.run = (address, count, waitCycles) => {
          const { spoiled } = this;
          // There is no instruction with this opcode.
          if (spoiled !== undefined) dram.words[address / 4 + (spoiled % count) * 4]! |= 7;
          run(address, count, waitCycles);
        };
        return simulator;
      },
    });
    const { extern, recording } = this.device.functions;
    Object.assign(this.device, {
      functions: { extern: this.limited(extern), recording: this.limited(recording) },
    });
  }

  private limited<F extends (...args: never[]) => unknown>(table: Readonly<Record<string, F>>) {
    const limit =
      (f: F) =>
      (...args: Parameters<F>): unknown => {
        if (this.callsLeft-- <= 0) throw new LostPower("a call was cut off");
        return f(...args);
      };
    return Object.fromEntries(Object.entries(table).map(([name, f]) => [name, limit(f)]));
  }

  repair(): void {
    this.callsLeft = Infinity;
    this.spoiled = undefined;
  }
}

/** A compiled program with arrays on an accelerator. */
class Ready {
  private readonly call: ReturnType<typeof vta.build>;
  private readonly arrays: NDArray[];
  private readonly names: readonly string[];

  constructor(
    private readonly program: Program,
    private readonly fragile: Fragile,
  ) {
    const { env, disabledPass, inputs } = program;
    const { schedule, args, names } = program.declare();
    this.names = names;
    this.call = vta.build(schedule, args, {
      env,
      context: vta.buildConfig({ env, disabledPass }),
    });
    this.arrays = args.map((tensor, i) => {
      const shape = tensor.shape.map((extent) => tir.constIntValue(extent)!);
      const input = inputs[names[i]!];
      return input === undefined
        ? nd.empty(shape, tensor.dtype, fragile.device)
        : nd.array(inputData(shape, tensor.dtype, input), fragile.device);
    });
  }

  /** A call that is refused, fails in the host's code, or fails on the accelerator. */
  fail(pick: (n: number) => number): void {
    const { call, arrays, fragile } = this;
    expect(() => call(...arrays.slice(1))).toThrow("argument");
    fragile.callsLeft = pick(40);
    if (fragile.callsLeft > 0) this.failOnce(/cut off/);
    fragile.repair();
    fragile.spoiled = pick(1000);
    this.failOnce(/opcode 7|no FINISH|refer to a neighbour/);
    fragile.repair();
  }

  /** Short programs may end before they fail. */
  private failOnce(message: RegExp): void {
    try {
      this.call(...this.arrays);
    } catch (error) {
      expect((error as Error).message).toMatch(message);
    }
  }

  /** The results' digests and the counters, which must equal the reference's both times. */
  check(): void {
    const { program, fragile, names } = this;
    const { outputs, stats } = program.expected;
    for (const time of ["first", "second"]) {
      vta.simulator.clearStats(fragile.device);
      this.call(...this.arrays);
      const actual = Object.keys(outputs).map((name) => [
        name,
        createHash("sha256")
          .update(bytesOf(this.arrays[names.indexOf(name)]!))
          .digest("hex"),
      ]);
      const expected = Object.entries(outputs).map(([name, { sha256 }]) => [name, sha256]);
      const counted = { ...vta.simulator.stats(fragile.device) };
      expect([program.name, time, actual, counted]).toEqual([program.name, time, expected, stats]);
    }
  }

  free(): void {
    this.arrays.forEach((array) => array.free());
  }
}

test("golden programs give their results and statistics in any order, twice in a row, after failed calls", () => {
  const pick = random(1);
  const order = corpus("programs", "configs", "fuzz", "operators")
    .map((program) => ({ program, key: pick(1e9) }))
    .sort((a, b) => a.key - b.key);
  const accelerators = new Map<string, Fragile>();
  // Some programs are kept, and called again later.
  const kept: Ready[] = [];
  for (const { program } of order) {
    const key = JSON.stringify(program.env.config);
    const fragile = accelerators.get(key) ?? new Fragile(program.env);
    accelerators.set(key, fragile);
    const compiled = new Ready(program, fragile);
    compiled.fail(pick);
    compiled.check();
    kept.push(compiled);
    kept[pick(kept.length)]!.check();
    if (kept.length > 10) kept.splice(pick(kept.length), 1)[0]!.free();
  }
  expect(order.length).toBeGreaterThan(150);
  expect(accelerators.size).toBeGreaterThan(2);
}, 120_000);

describe("accelerators of different shapes", () => {
  const wide: vta.VtaConfig = { ...vta.samples.sim, LOG_BATCH: 1, LOG_BLOCK: 5 };
  const narrow: vta.VtaConfig = {
    ...vta.samples.sim,
    LOG_BLOCK: 3,
    LOG_INP_BUFF_SIZE: 13,
    LOG_ACC_BUFF_SIZE: 15,
  };

  /** `A * B^T` of `[n, n]` elements, for the current environment. */
  function product(n: number) {
    const env = vta.getEnv();
    const { BATCH, BLOCK_IN, BLOCK_OUT, accDtype } = env;
    const A = te.placeholder([n, n, BATCH, BLOCK_IN], { name: "A", dtype: env.inpDtype });
    const B = te.placeholder([n, n, BLOCK_OUT, BLOCK_IN], { name: "B", dtype: env.wgtDtype });
    const A_buf = te.compute(A.shape, (...i) => A(...i), "A_buf");
    const B_buf = te.compute(B.shape, (...i) => B(...i), "B_buf");
    const ko = te.reduceAxis([0, n], "ko");
    const ki = te.reduceAxis([0, BLOCK_IN], "ki");
    const C_buf = te.compute(
      [n, n, BATCH, BLOCK_OUT],
      (r, c, b, o) =>
        te.sum(
          A_buf(r!, ko, b!, ki)
            .astype(accDtype)
            .mul(B_buf(c!, ko, o!, ki).astype(accDtype)),
          [ko, ki],
        ),
      "C_buf",
    );
    const C = te.compute(C_buf.shape, (...i) => C_buf(...i).astype(env.outDtype), "C");
    const s = te.createSchedule(C.op);
    const [r, c, b, o] = C_buf.op.axis;
    const [outer, inner] = C_buf.op.reduceAxis;
    s.stage(C_buf).setScope(env.accScope).reorder(outer!, r!, c!, b!, o!, inner!);
    s.stage(C_buf).tensorize(b!, vta.gemm(env));
    for (const buffer of [A_buf, B_buf]) {
      s.stage(buffer).setScope(buffer === A_buf ? env.inpScope : env.wgtScope);
      s.stage(buffer).computeAt(s.stage(C_buf), outer!).pragma(buffer.op.axis[0]!, env.dmaCopy);
    }
    s.stage(C).pragma(C.op.axis[0]!, env.dmaCopy);
    return vta.build(s, [A, B, C]);
  }

  /** Compiles for the current environment; returns a call that checks the result. */
  function checked(n: number): () => void {
    const { BATCH, BLOCK_IN, BLOCK_OUT } = vta.getEnv();
    const f = product(n);
    const device = vta.extDev(0);
    const x = inputData([n * BATCH, n * BLOCK_IN], "int8", [-128, 128, n]);
    const y = inputData([n * BLOCK_OUT, n * BLOCK_IN], "int8", [-128, 128, n + 1]);
    const A = nd.array(vta.topi.packData(x), device);
    const B = nd.array(vta.topi.packKernel(y), device);
    const c = nd.empty([n, n, BATCH, BLOCK_OUT], "int8", device);
    const expected = np.matmul(x.astype("int32"), y.astype("int32").transpose()).astype("int8");
    return () => {
      c.copyFrom(np.zeros([n, n, BATCH, BLOCK_OUT], "int8"));
      f(A, B, c);
      np.testing.assertEqual(expected, vta.topi.unpackData(c.numpy()));
    };
  }

  test("can be used at the same time", () => {
    const calls = [wide, narrow, vta.samples.sim].map((config) =>
      vta.withEnvironment(config, () => checked(3)),
    );
    for (const order of [
      [0, 1, 2, 0],
      [2, 1, 0, 0, 2],
    ]) {
      order.forEach((i) => calls[i]!());
    }
  });

  test("follow one another in one process", () => {
    const first = vta.getEnv();
    try {
      for (const config of [wide, narrow, wide, vta.samples.sim]) {
        vta.setEnv(config);
        checked(2)();
      }
    } finally {
      vta.setEnv(first);
    }
  });

  test("do not run each other's programs", () => {
    const f = vta.withEnvironment(wide, () => product(1));
    const device = vta.extDev(0);
    const shapes = [
      [1, 1, 2, 32],
      [1, 1, 32, 32],
      [1, 1, 2, 32],
    ];
    const arrays = shapes.map((shape) => nd.empty(shape, "int8", device));
    expect(() => f(...arrays)).toThrow("LOG_BATCH");
  });
});
