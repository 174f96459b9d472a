import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import {
  CommandQueue,
  decode,
  Dram,
  Environment,
  FunctionalSimulator,
  InstructionSet,
  Profiler,
  samples,
  VtaDevice,
  type Accelerator,
  type Instruction,
} from "vta-ts";

const env = new Environment(samples.sim);
const isa = new InstructionSet(env);

/** An accelerator that keeps the programs that it is started with. */
class Recorder implements Accelerator {
  readonly runs: Instruction[][] = [];
  readonly counters = new Profiler();
  constructor(readonly dram: Dram) {}
  run(address: number, count: number): void {
    const at = (i: number): number => address / 4 + 4 * i;
    this.runs.push(Array.from({ length: count }, (_, i) => decode(isa, this.dram.words, at(i))));
  }
  resetTokens(): void {
    // It has no tokens.
  }
  observe(): () => void {
    return () => undefined;
  }
}

function recordingQueue(maxTransfer?: number) {
  const dram = new Dram();
  const buffer = dram.alloc(1 << 16);
  const recorder = new Recorder(dram);
  const options = maxTransfer === undefined ? {} : { maxTransfer };
  const queue = new CommandQueue(env, dram, () => recorder, options);
  return { queue, recorder, buffer, dram };
}

const titles = (run: readonly Instruction[]): string[] =>
  run.map((instruction) =>
    "xSize" in instruction && instruction.xSize === 0 ? "NOP" : instruction.kind,
  );

/** Records a kernel of `n` micro-ops without loops. */
const kernel =
  (queue: CommandQueue, n: number, first = 0): (() => number) =>
  () => {
    for (let i = 0; i < n; i++) queue.uopPush(0, 0, (first + i) % 2000, 0, 0, 0, 0, 0);
    return 0;
  };

describe("instruction streams that the reference's runtime recorded", () => {
  interface Recording {
    flags: number;
    buffers: number[];
    kernels: {
      site: number;
      sig: number | null;
      mode: "gemm" | "alu";
      reset: number;
      loops: [number, number, number, number][];
      uops: [number, number, number][];
      op: number;
      useImm: number;
      imm: number;
    }[];
    calls: [string, ...number[]][];
    dump: string;
  }
  const file = new URL("data/recordings.json", import.meta.url);
  const recordings = JSON.parse(readFileSync(file, "utf8")) as Recording[];

  function replay({ flags, buffers, kernels, calls }: Recording): string {
    let printed = "";
    const device = new VtaDevice(0, env, { print: (text) => (printed += text) });
    const at = buffers.map((bytes) => device.alloc(bytes));
    const { queue } = device;
    queue.setDebugMode(flags);
    const sites = [{}, {}];
    for (const [name, ...args] of calls) {
      const [a, b, ...rest] = args as [number, number, ...number[]];
      if (name === "push") queue.depPush(a, b);
      else if (name === "pop") queue.depPop(a, b);
      else if (name === "load") {
        queue.loadBuffer2D(
          at[a]!,
          b,
          ...(rest as [number, number, number, number, number, number, number, number, number]),
        );
      } else if (name === "store") {
        const [buffer, ...sizes] = rest as [number, number, number, number, number];
        queue.storeBuffer2D(a, b, at[buffer]!, ...(sizes as [number, number, number, number]));
      } else if (name === "kernel") {
        const { site, sig, mode, reset, loops, uops, op, useImm, imm } = kernels[a]!;
        const alu = mode === "alu" ? ([op, useImm, imm] as const) : ([0, 0, 0] as const);
        const record = (): number => {
          for (const loop of loops) queue.uopLoopBegin(...loop);
          for (const uop of uops) queue.uopPush(mode === "gemm" ? 0 : 1, reset, ...uop, ...alu);
          loops.forEach(() => queue.uopLoopEnd());
          return 0;
        };
        const signature = sig === null ? [] : [sig];
        if (mode === "gemm") queue.pushGEMMOp(sites[site]!, record, signature);
        else queue.pushALUOp(sites[site]!, record, signature);
      } else queue.synchronize(2 ** 31);
    }
    return printed;
  }

  test.each(recordings.map((recording, i) => ({ recording, i })))(
    "have the same dump, including addresses ($i)",
    ({ recording }) => {
      expect(replay(recording)).toBe(recording.dump);
    },
  );
});

describe("tokens", () => {
  test("are attached to the last instruction of their stage, or else to an instruction that does nothing", () => {
    const { queue, recorder, buffer } = recordingQueue();
    queue.loadBuffer2D(buffer, 0, 1, 1, 1, 0, 0, 0, 0, 0, 2);
    queue.depPush(1, 2);
    queue.depPush(1, 2);
    queue.depPop(1, 2);
    queue.depPop(1, 2);
    queue.synchronize(0);
    const run = recorder.runs[0]!;
    expect(run[0]).toMatchObject({ kind: "LOAD", memoryType: 2, pushNext: 1 });
    expect(run[1]).toMatchObject({ xSize: 0, memoryType: 2, pushNext: 1 });
    // The second pop finds the first one pending; the first gets a separate instruction.
    expect(run[2]).toMatchObject({ xSize: 0, memoryType: 0, popPrev: 1 });
    expect(run.at(-1)!.kind).toBe("FINISH");
  });

  test("pass only between neighbouring stages", () => {
    const { queue } = recordingQueue();
    expect(() => queue.depPush(1, 3)).toThrow("stage 1 exchanges no tokens with stage 3");
    expect(() => queue.depPop(3, 1)).toThrow("stage 3 exchanges no tokens with stage 1");
    expect(() => queue.depPop(0, 1)).toThrow("stage 0 exchanges no tokens with stage 1");
    expect(() => queue.depPush(4, 3)).toThrow("stage 4 exchanges no tokens with stage 3");
  });
});

describe("a micro-op kernel", () => {
  test("is recorded once for each call site and the values that it depends on", () => {
    const { queue, recorder } = recordingQueue();
    const site = {};
    let recorded = 0;
    const push = (signature: readonly number[]): void =>
      queue.pushGEMMOp(site, () => (recorded++, kernel(queue, 3)()), signature);
    push([]);
    push([]);
    push([7]);
    push([7, 1]);
    push([7, 1]);
    queue.pushGEMMOp({}, () => (recorded++, kernel(queue, 3)()), []);
    expect(recorded).toBe(4);
    queue.synchronize(0);
    expect(titles(recorder.runs[0]!).filter((kind) => kind === "GEMM")).toHaveLength(6);
  });

  test("may depend on any values, including those beyond the reference's limit of 100", () => {
    const { queue, recorder } = recordingQueue();
    const site = {};
    for (const value of [99, 100, 785, -1, 2 ** 31 - 1]) {
      queue.pushGEMMOp(site, kernel(queue, 1, value & 1023), [value]);
    }
    queue.synchronize(0);
    expect(titles(recorder.runs[0]!).filter((kind) => kind === "GEMM")).toHaveLength(5);
  });

  test("is loaded right before it is needed, and again in the next run", () => {
    const { queue, recorder } = recordingQueue();
    const site = {};
    for (let run = 0; run < 2; run++) {
      queue.pushGEMMOp(site, kernel(queue, 3), []);
      queue.pushGEMMOp(site, kernel(queue, 3), []);
      queue.synchronize(0);
    }
    for (const run of recorder.runs)
      expect(titles(run).slice(0, 3)).toEqual(["LOAD", "GEMM", "GEMM"]);
  });

  test.each([
    [
      "three loops",
      (q: CommandQueue) => {
        for (let i = 0; i < 3; i++) q.uopLoopBegin(1, 0, 0, 0);
      },
      "more than 2 loops",
    ],
    [
      "a loop after a micro-op",
      (q: CommandQueue) => {
        q.uopPush(0, 0, 0, 0, 0, 0, 0, 0);
        q.uopLoopBegin(1, 0, 0, 0);
      },
      "must begin before the first micro-op",
    ],
    [
      "a result that is not written back yet",
      (q: CommandQueue) => {
        for (const dst of [5, 6, 5]) q.uopPush(0, 0, dst, 0, 0, 0, 0, 0);
      },
      "micro-op 2 writes accumulator element 5",
    ],
    [
      "different operations",
      (q: CommandQueue) => {
        q.uopPush(1, 0, 0, 0, 0, 2, 1, 3);
        q.uopPush(1, 0, 1, 0, 0, 2, 1, 4);
      },
      "does ALU operation 2 with immediate 4, but its kernel does ALU operation 2 with immediate 3",
    ],
    ["nothing", () => undefined, "without any micro-op"],
    [
      "a loop that does not end",
      (q: CommandQueue) => {
        q.uopLoopBegin(1, 0, 0, 0);
        q.uopPush(0, 0, 0, 0, 0, 0, 0, 0);
      },
      "uopLoopEnd is missing",
    ],
    [
      "an index that is too large",
      (q: CommandQueue) => q.uopPush(0, 0, 2048, 0, 0, 0, 0, 0),
      "micro-op: dst is 2048",
    ],
  ])("with %s is refused", (_what, body, message) => {
    const { queue } = recordingQueue();
    const record = (): number => {
      body(queue);
      return 0;
    };
    expect(() => queue.pushGEMMOp({}, record, [])).toThrow(message);
    // Nothing of it is left.
    queue.pushGEMMOp({}, kernel(queue, 1), []);
    queue.synchronize(0);
  });

  test("for the ALU cannot hold micro-ops of GEMM", () => {
    const { queue } = recordingQueue();
    expect(() => queue.pushALUOp({}, kernel(queue, 1), [])).toThrow("micro-ops of the other unit");
  });

  test("cannot be pushed to outside of a recording", () => {
    const { queue } = recordingQueue();
    expect(() => queue.uopPush(0, 0, 0, 0, 0, 0, 0, 0)).toThrow(
      "must be called while a micro-op kernel is recorded",
    );
  });

  test("larger than the micro-op memory is refused", () => {
    const { queue } = recordingQueue();
    expect(() => queue.pushGEMMOp({}, kernel(queue, 8193), [])).toThrow(
      "8193 micro-ops does not fit the micro-op memory of 8192",
    );
  });
});

describe("the micro-op memory", () => {
  /** Where a run loads micro-ops from and to, and how many. */
  const uopLoads = (run: readonly Instruction[]) =>
    run.flatMap((i) =>
      i.kind === "LOAD" && i.memoryType === 0 && i.xSize > 0 ? [[i.sramBase, i.xSize]] : [],
    );

  test("is filled from its start again when it is full, and forgets what is overwritten", () => {
    const { queue, recorder } = recordingQueue();
    const [a, b, c] = [{}, {}, {}];
    queue.pushGEMMOp(a, kernel(queue, 4000), []);
    queue.pushGEMMOp(b, kernel(queue, 4000), []);
    queue.pushGEMMOp(c, kernel(queue, 300), []); // only 192 are left: starts over, on top of a
    queue.pushGEMMOp(b, kernel(queue, 4000), []); // still there
    queue.pushGEMMOp(a, kernel(queue, 4000), []); // goes behind c, on top of b
    queue.pushGEMMOp(b, kernel(queue, 4000), []); // does not fit behind a: starts over
    queue.synchronize(0);
    expect(uopLoads(recorder.runs[0]!)).toEqual([
      [0, 4000],
      [4000, 4000],
      [0, 300],
      [300, 4000],
      [0, 4000],
    ]);
  });

  test("has the right micro-ops also after it was full, unlike the reference's", () => {
    const device = new VtaDevice(0, env);
    const { queue, dram } = device;
    const ones = device.alloc(64 * 2048);
    const out = device.alloc(16 * 2048);
    dram.bytes.fill(0, out, out + 16 * 2048);
    new Int32Array(dram.memory.buffer, ones, 16 * 2048).fill(1);
    queue.loadBuffer2D(ones, 0, 2048, 1, 2048, 0, 0, 0, 0, 0, 3);
    // Kernel k adds 1 to elements 4k..4k+3, 3000 micro-ops' worth of times in all.
    const sites = [{}, {}, {}, {}];
    const add =
      (k: number): (() => number) =>
      () => {
        for (let i = 0; i < 3000; i++) queue.uopPush(1, 0, 4 * k + (i % 4), 0, 0, 2, 1, 1);
        return 0;
      };
    for (const k of [0, 1, 2, 3, 0]) queue.pushALUOp(sites[k]!, add(k), []);
    queue.depPush(2, 3);
    queue.depPop(2, 3);
    queue.storeBuffer2D(0, 4, out, 0, 2048, 1, 2048);
    queue.synchronize(2 ** 31);
    const result = Array.from({ length: 20 }, (_, i) => dram.bytes[out + 16 * i]);
    const once = (1 + 750) & 255;
    const twice = (1 + 1500) & 255;
    expect(result).toEqual([
      ...[twice, twice, twice, twice],
      ...new Array<number>(12).fill(once),
      ...[1, 1, 1, 1],
    ]);
  });
});

describe("a queue that is full", () => {
  test("is executed automatically, with its pending tokens", () => {
    const { queue, recorder, buffer } = recordingQueue(4096);
    for (let i = 0; i < 400; i++) {
      queue.loadBuffer2D(buffer, 0, 1, 1, 1, 0, 0, 0, 0, 0, 2);
      queue.depPush(1, 2);
      queue.depPop(1, 2);
      queue.pushGEMMOp(queue, kernel(queue, 1), []);
    }
    queue.synchronize(0);
    expect(recorder.runs.length).toBeGreaterThan(3);
    const all = recorder.runs.flat();
    expect(all.filter(({ kind }) => kind === "GEMM")).toHaveLength(400);
    for (const run of recorder.runs) {
      expect(run.length).toBeLessThanOrEqual(256);
      expect(run.at(-1)!.kind).toBe("FINISH");
    }
    const count = (name: "pushNext" | "popPrev", stage: (i: Instruction) => boolean): number =>
      all.filter((i) => stage(i) && i[name] === 1).length;
    const loading = (i: Instruction): boolean => i.kind === "LOAD" && i.memoryType === 2;
    expect(count("popPrev", (i) => !loading(i))).toBe(count("pushNext", loading));
  });

  test("also when it is full of tokens only", () => {
    const { queue, recorder } = recordingQueue(4096);
    for (let i = 0; i < 1000; i++) {
      queue.depPush(3, 2);
      queue.depPop(3, 2);
    }
    queue.synchronize(0);
    for (const run of recorder.runs) expect(run.length).toBeLessThanOrEqual(256);
  });

  test("also when the room for micro-ops is", () => {
    const { queue, recorder } = recordingQueue(4096);
    for (let i = 0; i < 8; i++) queue.pushGEMMOp({}, kernel(queue, 300), []);
    queue.synchronize(0);
    expect(recorder.runs.length).toBeGreaterThan(1);
    expect(recorder.runs.flat().filter(({ kind }) => kind === "GEMM")).toHaveLength(8);
  });
});

describe("bad arguments", () => {
  test("of transfers are refused with the value and the limit", () => {
    const { queue, dram } = recordingQueue();
    const buffer = dram.alloc(1 << 21);
    const load = (x: number, sram: number, memory: number, pad = 0, source = buffer): void =>
      queue.loadBuffer2D(source, 0, x, 1, x, pad, 0, 0, 0, sram, memory);
    expect(() => load(70000, 0, 2)).toThrow("LOAD: xSize is 70000");
    expect(() => load(1, 70000, 2)).toThrow("LOAD: sramBase is 70000");
    expect(() => load(1, 0, 2, 16)).toThrow("LOAD: xPad0 is 16");
    expect(() => load(1, 0, 9)).toThrow("there is no memory 9");
    expect(() => load(1, 0, 4)).toThrow("a LOAD cannot write the output memory");
    expect(() => load(1, 0, 2, 0, 0)).toThrow("0x00000000 is not the address of an element");
    expect(() => load(1, 0, 2, 0, buffer + 1)).toThrow(
      "is not the address of an element of 16 bytes",
    );
  });

  test("that access memory outside of the array are refused", () => {
    const { queue, buffer, dram } = recordingQueue();
    dram.alloc(4096);
    const load = (offset: number, x: number, y: number, stride: number): void =>
      queue.loadBuffer2D(buffer, offset, x, y, stride, 0, 0, 0, 0, 0, 2);
    load(4095, 1, 1, 1);
    load(0, 16, 256, 16);
    load(4096, 0, 1, 1);
    expect(() => load(4096, 1, 1, 1)).toThrow(
      "instruction 3 (LOAD) moves DRAM bytes 0x00011000 to 0x00011010, outside of its array's buffer",
    );
    expect(() => load(0, 16, 257, 16)).toThrow("outside of its array's buffer");
    expect(() => load(-1, 1, 1, 1)).toThrow("outside of its array's buffer");
    expect(() => queue.storeBuffer2D(0, 4, buffer, 4096, 1, 1, 1)).toThrow("(STORE) moves");
  });
});

describe("a device", () => {
  test("forgets a program that failed when the next one starts", () => {
    const device = new VtaDevice(0, env);
    const buffer = device.alloc(4096);
    device.queue.loadBuffer2D(buffer, 0, 1, 1, 1, 0, 0, 0, 0, 0, 2);
    device.queue.depPop(2, 1); // This token is never pushed.
    expect(device.queue.count).toBe(1);
    device.startCall();
    expect(device.queue.count).toBe(0);
    device.queue.synchronize(2 ** 31);
  });

  test("keeps nothing of a program whose run failed", () => {
    const device = new VtaDevice(0, env);
    const buffer = device.alloc(4096);
    device.queue.loadBuffer2D(buffer, 0, 1, 1, 1, 0, 0, 0, 0, 0, 2);
    device.queue.depPop(2, 1);
    device.queue.loadBuffer2D(buffer, 0, 1, 1, 1, 0, 0, 0, 0, 0, 2);
    expect(() => device.queue.synchronize(2 ** 31)).toThrow("a token that is never pushed");
    expect(device.queue.count).toBe(0);
    device.queue.synchronize(2 ** 31);
  });

  test("has its own memory: two configurations can be used at the same time", () => {
    const wide = new Environment({
      ...samples.sim,
      LOG_BLOCK: 5,
      LOG_INP_BUFF_SIZE: 16,
      LOG_WGT_BUFF_SIZE: 19,
      LOG_ACC_BUFF_SIZE: 18,
    });
    const devices = [new VtaDevice(0, env), new VtaDevice(0, wide)];
    const results = devices.map((device) => {
      const { BLOCK_OUT } = device.env;
      const source = device.alloc(4 * BLOCK_OUT);
      const out = device.alloc(BLOCK_OUT);
      new Int32Array(device.memory.buffer, source, BLOCK_OUT).fill(BLOCK_OUT);
      device.queue.loadBuffer2D(source, 0, 1, 1, 1, 0, 0, 0, 0, 0, 3);
      device.queue.depPush(2, 3);
      device.queue.depPop(2, 3);
      device.queue.storeBuffer2D(0, 4, out, 0, 1, 1, 1);
      return () => {
        device.queue.synchronize(2 ** 31);
        return [...device.dram.bytes.slice(out, out + BLOCK_OUT)];
      };
    });
    expect(results.map((run) => run())).toEqual([
      new Array<number>(16).fill(16),
      new Array<number>(32).fill(32),
    ]);
  });

  test("allocates its first buffers at the same addresses as the reference's simulator", () => {
    const device = new VtaDevice(0, env);
    expect([device.alloc(100), device.alloc(5000), device.alloc(1)]).toEqual([
      0x1000, 0x2000, 0x4000,
    ]);
  });

  test("can be shut down and used again", () => {
    const device = new VtaDevice(0, env);
    const { queue } = device;
    const used = device.dram.usedBytes;
    device.shutdown();
    expect(device.dram.usedBytes).toBeLessThan(used);
    expect(device.queue).not.toBe(queue);
    expect(device.dram.usedBytes).toBe(used);
    expect(device.accelerator).toBeInstanceOf(FunctionalSimulator);
    device.queue.synchronize(2 ** 31);
  });
});

describe("functions for compiled code", () => {
  test("accept signed numbers as addresses and return the same numbers to the CPU", () => {
    const { functions, dram } = new VtaDevice(0, env);
    const from = functions.extern["VTABufferAlloc"]!(64) as number;
    const to = functions.extern["VTABufferAlloc"]!(64) as number;
    expect(functions.extern["VTABufferCPUPtr"]!(1, from)).toBe(from);
    dram.bytes.fill(7, from, from + 64);
    functions.extern["VTABufferCopy"]!(from, 0, to, 32, 16, 3);
    expect([...dram.bytes.slice(to + 31, to + 49)]).toEqual([
      0,
      ...new Array<number>(16).fill(7),
      0,
    ]);
    functions.extern["VTABufferFree"]!(from);
    expect(() => functions.extern["VTABufferFree"]!(from)).toThrow("not the start of a buffer");
  });
});
