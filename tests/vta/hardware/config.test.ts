import { describe, expect, test } from "vitest";
import {
  bitstreamCachePath,
  bitstreamUrl,
  Environment,
  getEnv,
  macros,
  memoryLayouts,
  parseConfig,
  samples,
  setEnv,
  hardwareShape,
  TARGETS,
  withEnvironment,
  type VtaConfig,
} from "vta-ts";

const base = samples.sim;

describe("the default configuration", () => {
  const env = new Environment(base);

  test("has the reference's derived values", () => {
    expect(env).toMatchObject({
      BATCH: 1,
      BLOCK_IN: 16,
      BLOCK_OUT: 16,
      INP_WIDTH: 8,
      ACC_WIDTH: 32,
      OUT_WIDTH: 8,
      LOG_OUT_BUFF_SIZE: 15,
      INP_ELEM_BYTES: 16,
      WGT_ELEM_BYTES: 256,
      ACC_ELEM_BYTES: 64,
      OUT_ELEM_BYTES: 16,
      UOP_BUFF_SIZE: 32768,
      WGT_BUFF_SIZE: 262144,
      inpDtype: "int8",
      wgtDtype: "int8",
      accDtype: "int32",
      outDtype: "int8",
      accScope: "local.acc_buffer",
    });
    expect(hardwareShape(base)).toMatchObject({
      logUopDepth: 13,
      logInpDepth: 11,
      logWgtDepth: 10,
      logAccDepth: 11,
    });
  });

  test("names bitstream, model and target", () => {
    expect(env.BITSTREAM).toBe("1x16_i8w8a32_15_15_18_17");
    expect(env.MODEL).toBe("sim_1x16_i8w8a32_15_15_18_17");
    expect(env.target).toBe(`ext_dev -keys=vta,cpu -device=vta -model=${env.MODEL}`);
    expect(bitstreamCachePath(samples.pynq, "/c")).toBe(
      "/c/pynq/0_0_2/1x16_i8w8a32_15_15_18_17.bit",
    );
    expect(bitstreamUrl(samples.zcu104)).toMatch(/bitstreams\/zcu104\/0\.0\.1\/1x16_.*\.bit$/);
  });

  test("has the memory layout of the reference's tools", () => {
    expect(memoryLayouts(base)).toEqual({
      inp: { banks: 1, width: 128, depth: 2048, axiRatio: 2 },
      wgt: { banks: 2, width: 1024, depth: 1024, axiRatio: 16 },
      out: { banks: 1, width: 128, depth: 2048, axiRatio: 2 },
    });
    expect(memoryLayouts(samples.ultra96).wgt.axiRatio).toBe(8);
  });
});

describe("samples", () => {
  const expected: Record<string, [bus: number, fetch: string, host: string]> = {
    sim: [6, "0x43C00000", "llvm"],
    tsim: [6, "0x43C00000", "llvm"],
    pynq: [6, "0x43C00000", "llvm -mtriple=armv7-none-linux-gnueabihf"],
    ultra96: [7, "0xA0000000", "llvm -mtriple=aarch64-linux-gnu"],
    zcu104: [7, "0xA0000000", "llvm -mtriple=aarch64-linux-gnu"],
    de10nano: [6, "0xFF220000", "llvm -mtriple=armv7-none-linux-gnueabihf"],
    intelfocl: [6, "0x43C00000", "llvm"],
  };

  test.each(TARGETS)("%s has its board's macros and host", (target) => {
    const [bus, fetch, host] = expected[target]!;
    const config = samples[target];
    const list = macros(config);
    expect(list.slice(0, 2)).toEqual([`-DVTA_TARGET=${target}`, `-DVTA_HW_VER=${config.HW_VER}`]);
    expect(list.slice(11, 15)).toEqual([
      "-DVTA_LOG_BLOCK_IN=4",
      "-DVTA_LOG_BLOCK_OUT=4",
      "-DVTA_LOG_OUT_WIDTH=3",
      "-DVTA_LOG_OUT_BUFF_SIZE=15",
    ]);
    expect(list.slice(15, 18)).toEqual([
      `-DVTA_LOG_BUS_WIDTH=${bus}`,
      "-DVTA_IP_REG_MAP_RANGE=0x1000",
      `-DVTA_FETCH_ADDR=${fetch}`,
    ]);
    expect(list).toHaveLength(31);
    expect(list.at(-1)).toBe("-DVTA_COHERENT_ACCESSES=true");
    const env = new Environment(config);
    expect(env.targetHost).toBe(host);
  });
});

describe("a configuration is refused", () => {
  const refuse = (change: object, message: string | RegExp): void =>
    expect(() => new Environment({ ...base, ...change } as VtaConfig)).toThrow(message);

  test("when a key is missing, unknown or of the wrong type, naming all of them", () => {
    const misspelt = { ...base, LOG_BLOK: 4, LOG_BLOCK: undefined, TARGET: "fpga" };
    expect(() => parseConfig(JSON.parse(JSON.stringify(misspelt)))).toThrow(
      /TARGET is "fpga", which must be one of sim, tsim.*LOG_BLOCK is missing.*LOG_BLOK is not one of its keys/,
    );
    refuse({ LOG_BATCH: 0.5 }, "LOG_BATCH is 0.5, which is a logarithm to base 2");
    refuse({ LOG_INP_WIDTH: 6 }, "LOG_INP_WIDTH is 6, which must be at most 5");
    expect(() => parseConfig("sim")).toThrow('an object is needed, not "sim"');
  });

  test("when a derived key contradicts the others", () => {
    refuse({ LOG_BLOCK_IN: 5 }, "LOG_BLOCK_IN is 5, but the other keys make it 4");
    expect(parseConfig({ ...base, LOG_BLOCK_IN: 4 })).toEqual(base);
  });

  test("when a micro-op would not fit 32 bits", () => {
    refuse({ LOG_WGT_BUFF_SIZE: 19 }, /A \+ max\(A, I\) \+ W <= 32.* but 33 > 32/);
  });

  test("when the first half of a GEMM would overflow", () => {
    refuse({ LOG_UOP_BUFF_SIZE: 16 }, /37 \+ 2\*U <= 64.* but 65 > 64/);
  });

  test("when the ALU's factors would not fit", () => {
    refuse(
      { LOG_ACC_BUFF_SIZE: 18, LOG_INP_BUFF_SIZE: 13, LOG_WGT_BUFF_SIZE: 15 },
      /4\*A \+ 20 <= 64.* but 68 > 64/,
    );
  });

  test("when an element is larger than a page or smaller than a byte", () => {
    refuse(
      { LOG_BLOCK: 7, LOG_WGT_BUFF_SIZE: 20 },
      /bytes of an element <= 4096, but 16384 > 4096/,
    );
    refuse({ LOG_INP_WIDTH: 0, LOG_BLOCK: 2, LOG_INP_BUFF_SIZE: 10 }, /8 <= bits of an element/);
  });

  test("when an accumulator is narrower than an input", () => {
    refuse({ LOG_INP_WIDTH: 4, LOG_ACC_WIDTH: 3 }, "LOG_INP_WIDTH <= LOG_ACC_WIDTH, but 4 > 3");
  });
});

describe("the current environment", () => {
  const wide: VtaConfig = {
    ...base,
    LOG_BLOCK: 5,
    LOG_INP_BUFF_SIZE: 16,
    LOG_WGT_BUFF_SIZE: 19,
    LOG_ACC_BUFF_SIZE: 18,
  };

  test("is the simulator's at first and can be replaced", () => {
    const first = getEnv();
    expect(first.MODEL).toBe("sim_1x16_i8w8a32_15_15_18_17");
    expect(getEnv()).toBe(first);
    expect(setEnv(wide)).toBe(getEnv());
    expect(getEnv().BLOCK_OUT).toBe(32);
    setEnv(first);
  });

  test("is restored after withEnvironment, nested and after errors", () => {
    const outside = getEnv();
    const seen = withEnvironment(wide, (env) => {
      expect(getEnv()).toBe(env);
      const inner = withEnvironment(samples.pynq, () => getEnv().TARGET);
      return [inner, getEnv().TARGET];
    });
    expect(seen).toEqual(["pynq", "sim"]);
    expect(() =>
      withEnvironment(wide, () => {
        throw new Error("inside");
      }),
    ).toThrow("inside");
    expect(getEnv()).toBe(outside);
  });

  test("refuses an asynchronous function, which would see another environment", () => {
    expect(() => withEnvironment(wide, () => Promise.resolve(1))).toThrow("synchronous function");
  });

  test("has a mock that skips copies and the ALU", () => {
    const env = new Environment(base);
    expect([env.dmaCopy, env.alu]).toEqual(["dma_copy", "alu"]);
    expect([env.mock.dmaCopy, env.mock.alu]).toEqual(["skip_dma_copy", "skip_alu"]);
    expect(env.mock.mock).toBe(env.mock);
    expect(env.mock).toBe(env.mock);
  });
});
