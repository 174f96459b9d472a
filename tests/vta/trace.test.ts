import { beforeAll, describe, expect, test } from "vitest";
import { nd, ready, rpc, tir } from "tvm-ts";
import * as vta from "vta-ts";
import { replayCorpus } from "../support/vta-replay-corpus";
import { compileReplay, ReplayDevices, runReplay } from "../support/vta-replay";
import { inputsOf } from "../support/vta-run";
import { matrixMultiply, smallGemm, type Workload } from "../support/vta-workloads";

beforeAll(() => ready());

const env = vta.getEnv();

/** A workload compiled, and arrays for it on the simulator. */
function program({ schedule, args }: Workload) {
  const context = vta.buildConfig({ env, disabledPass: ["tir.CommonSubexprElimTIR"] });
  const f = vta.build(schedule, args, { env, context });
  const device = vta.extDev();
  const result = args.at(-1)!;
  const shape = result.shape.map((extent) => tir.constIntValue(extent)!);
  const inputs = inputsOf({ schedule, args }).map((input) => nd.array(input, device));
  return { f, arrays: [...inputs, nd.empty(shape, result.dtype, device)] };
}

describe("vta.trace", () => {
  test("records the instructions of a call, and none before or after it", () => {
    const { f, arrays } = program(smallGemm(1));
    f(...arrays);
    vta.simulator.clearStats();
    const trace = vta.trace(() => f(...arrays));
    expect(trace.stats).toEqual(vta.simulator.stats());
    const { length } = trace.entries;
    f(...arrays);
    expect(trace.entries).toHaveLength(length);
    expect(trace.runs).toBe(1);
    expect(trace.stream.map(({ index }) => index)).toEqual([...Array(length).keys()]);
    expect(trace.stream.at(-1)!.instruction.kind).toBe("FINISH");
  });

  test("waits for a call that is awaited", async () => {
    const { f, arrays } = program(smallGemm(1));
    const remote = rpc.localSession();
    const trace = await vta.trace(async () => {
      await remote.upload(f.toBytes(), "gemm.o");
      const loaded = await remote.loadModule("gemm.o");
      const there = arrays.map((array) => nd.array(array.numpy(), remote.extDev(0)));
      await loaded(...(await Promise.all(there)));
    });
    expect(trace.stats.gemm_counter).toBe(16);
  });

  test("names the statement that recorded an instruction", () => {
    const { f, arrays } = program(matrixMultiply());
    const trace = vta.trace(() => f(...arrays));
    const said = trace.stream.map(({ instruction, caller }) => {
      const text = caller!.text().slice(caller!.start, caller!.end);
      const word = /coproc_\w+|VTA\w+/.exec(text)![0];
      return `${vta.titleOf(instruction)}: ${word}`;
    });
    expect([...new Set(said)]).toEqual([
      "LOAD UOP: coproc_uop_scope",
      "GEMM: coproc_uop_scope",
      "LOAD INP: VTALoadBuffer2D",
      "LOAD WGT: VTALoadBuffer2D",
      "STORE OUT: VTAStoreBuffer2D",
      "NOP LOAD: coproc_sync",
      "FINISH: coproc_sync",
    ]);
    expect(trace.entries[0]!.caller!.text()).toBe(f.getSource("tir"));
  });

  test("counts the runs of several calls", () => {
    const { f, arrays } = program(smallGemm(1));
    const trace = vta.trace(() => {
      f(...arrays);
      f(...arrays);
    });
    const [first, second] = [0, 1].map((run) => trace.stream.filter((entry) => entry.run === run));
    expect(trace.runs).toBe(2);
    expect(second!.map(({ instruction }) => instruction)).toEqual(
      first!.map(({ instruction }) => instruction),
    );
  });

  test("keeps as many instructions as its limit, and counts all", () => {
    const { f, arrays } = program(smallGemm(1));
    const whole = vta.trace(() => f(...arrays));
    const part = vta.trace(() => f(...arrays), { limit: 3 });
    expect(part.entries).toHaveLength(3);
    expect(part.dropped).toBe(whole.entries.length - 3);
    expect(part.stats).toEqual(whole.stats);
  });

  test("ends with an error of the call, and can be used again", async () => {
    const fail = (): never => {
      throw new Error("no");
    };
    expect(() => vta.trace(fail)).toThrow("no");
    await expect(vta.trace(() => Promise.reject(new Error("later")))).rejects.toThrow("later");
    expect(vta.trace(() => undefined).entries).toEqual([]);
  });

  test("cannot be nested", () => {
    expect(() => vta.trace(() => void vta.trace(() => undefined))).toThrow(
      "ext_dev(0) is being traced already",
    );
  });
});

describe("a trace's statistics", () => {
  const devices = new ReplayDevices();
  test.each(replayCorpus("programs", "configs").map((entry) => [entry.name, entry] as const))(
    "are the reference's: %s",
    (_, { lower, config, inputs, stats }) => {
      const { device } = devices.of(config);
      const replay = compileReplay(lower);
      const trace = vta.trace(() => void runReplay(device, replay, inputs), { device });
      expect(trace.stats).toEqual(stats);
    },
  );
});

describe("the statistics of the last call", () => {
  test("are those of one call", () => {
    const { f, arrays } = program(smallGemm(1));
    vta.simulator.clearStats();
    f(...arrays);
    const once = vta.simulator.stats();
    f(...arrays);
    expect(vta.simulator.lastCall()).toEqual(once);
    expect(vta.simulator.stats().gemm_counter).toBe(2 * once.gemm_counter);
  });
});
