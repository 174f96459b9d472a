/** The instructions that programs start an accelerator with, without running them. */

import { nd, tir, type te } from "tvm-ts";
import * as vta from "vta-ts";
import { buildProgram, type ProgramJson } from "../support/golden-program";
import type { OperatorEntry } from "./corpus";
import { declareOperator, LEFT_OUT } from "./operators";
import { namesOf } from "./vta";

/** A start of the accelerator. */
export interface InstructionRun {
  /** Physical address of the first instruction. */
  readonly address: number;
  /** The instructions, four words each: a copy. */
  readonly words: Uint32Array;
  /** DRAM, valid only during the call. */
  readonly dram: Uint32Array;
}

/** Passes the runs to `look` and computes nothing. */
class InstructionReader implements vta.Accelerator {
  readonly counters = new vta.Profiler();
  look: ((run: InstructionRun) => void) | undefined;

  constructor(readonly dram: vta.Dram) {}

  run(address: number, count: number): void {
    const { words } = this.dram;
    const stream = words.slice(address / 4, address / 4 + count * vta.INSN_WORDS);
    this.look?.({ address, words: stream, dram: words });
  }

  resetTokens(): void {}

  observe(): () => void {
    return () => undefined;
  }
}

/** One device each; there are few. */
const devices = new Map<string, vta.VtaDevice>();

function deviceOf(env: vta.Environment): vta.VtaDevice {
  const key = JSON.stringify(env.config);
  let device = devices.get(key);
  if (device === undefined) {
    device = new vta.VtaDevice(0, env, {
      makeAccelerator: (_, dram) => new InstructionReader(dram),
    });
    devices.set(key, device);
  }
  return device;
}

interface Declared {
  readonly schedule: te.Schedule;
  readonly args: readonly te.Tensor[];
  readonly disabledPass: readonly string[];
}

function declare(described: ProgramJson | OperatorEntry, env: vta.Environment): Declared {
  if ("operator" in described) return { ...declareOperator(described, env), ...LEFT_OUT };
  const { schedule, tensors } = buildProgram<never>(described, { vta: namesOf(env) });
  const args = described.args.map((name) => tensors.get(name)!);
  return { schedule, args, disabledPass: described.run?.disabled_pass ?? [] };
}

/** Calls a program once and returns the runs that it starts. */
export async function readInstructions(
  described: ProgramJson | OperatorEntry,
  env: vta.Environment,
  look: (run: InstructionRun) => void,
): Promise<void> {
  const device = deviceOf(env);
  const { schedule, args, disabledPass } = declare(described, env);
  const f = vta.build(schedule, args, { env, context: vta.buildConfig({ env, disabledPass }) });
  const values = args.map((tensor) =>
    nd.empty(
      tensor.shape.map((dim) => tir.constIntValue(dim)!),
      tensor.dtype,
      device,
    ),
  );
  const reader = device.accelerator as InstructionReader;
  reader.look = look;
  try {
    await f(...values);
  } finally {
    reader.look = undefined;
    values.forEach((value) => value.free());
  }
}
