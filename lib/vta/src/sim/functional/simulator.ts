/**
 * The functional simulator: what a program computes, without time.
 *
 * Instructions are dealt to three queues, as the accelerator's fetch module deals them. Each stage
 * works through its own queue; before an instruction it takes the tokens the instruction waits for,
 * after it it gives tokens to its neighbours. Any order that respects the tokens gives the same
 * result for a correct program, so the stages take turns, each as far as it gets.
 */

import { DeviceError } from "tvm-ts";
import { INSN_BYTES, MEM_ID, type Environment } from "../../config";
import { decode, decodeUop, disassemble, INSN_WORDS, OPCODE } from "../../isa";
import type { Driver } from "../driver";
import { hex, type Dram } from "../dram";
import type { Profiler } from "../profiler";
import { ExecutionTrace, type StageName, type TokenName } from "../trace";
import { Core } from "./core";

/** A stage, its neighbours' token queues, and the instructions dealt to it. */
interface Stage {
  readonly name: StageName;
  /** Queues that `popPrev`, `popNext`, `pushPrev`, `pushNext` mean; load has no previous stage. */
  readonly fromPrev: TokenName | undefined;
  readonly fromNext: TokenName | undefined;
  readonly toPrev: TokenName | undefined;
  readonly toNext: TokenName | undefined;
  /** Numbers of its instructions, the next one at `head`. */
  queue: Int32Array;
  head: number;
  tail: number;
}

type Tokens = Record<TokenName, number>;

const NO_TOKENS: Readonly<Tokens> = { l2g: 0, g2l: 0, g2s: 0, s2g: 0 };

export interface FunctionalSimulatorOptions {
  /** Called every few milliseconds while a program runs; what it throws ends the run. */
  readonly onPause?: () => void;
}

export class FunctionalSimulator implements Driver {
  readonly core: Core;
  /** Set to record what each instruction does; see `ExecutionTrace`. */
  trace: ExecutionTrace | undefined;

  private readonly stages: readonly [Stage, Stage, Stage];
  private readonly tokens: Tokens = { ...NO_TOKENS };
  /** The program as it was when it was started. */
  private words = new Uint32Array(64 * INSN_WORDS);
  private address = 0;

  constructor(
    readonly env: Environment,
    readonly dram: Dram,
    options: FunctionalSimulatorOptions = {},
  ) {
    this.core = new Core(env, dram, options.onPause ?? (() => undefined));
    const stage = (
      name: StageName,
      fromPrev?: TokenName,
      fromNext?: TokenName,
      toPrev?: TokenName,
      toNext?: TokenName,
    ): Stage => {
      const queue = new Int32Array(64);
      return { name, fromPrev, fromNext, toPrev, toNext, queue, head: 0, tail: 0 };
    };
    this.stages = [
      stage("load", undefined, "g2l", undefined, "l2g"),
      stage("compute", "l2g", "s2g", "g2l", "g2s"),
      stage("store", "g2s", undefined, "s2g", undefined),
    ];
  }

  get profiler(): Profiler {
    return this.core.profiler;
  }

  reset(): void {
    Object.assign(this.tokens, NO_TOKENS);
  }

  run(address: number, count: number, waitCycles: number): void {
    this.fetch(address, count);
    this.core.startCounting(waitCycles);
    let finished = false;
    try {
      this.deal(count);
      this.drain();
      finished = true;
    } finally {
      // What a failed program left behind must not reach the next one.
      if (!finished) this.reset();
    }
  }

  private fetch(address: number, count: number): void {
    const bytes = count * INSN_BYTES;
    if (address % INSN_BYTES !== 0 || !this.dram.contains(address, bytes)) {
      throw new DeviceError(
        `${count} instructions from ${hex(address)} on are not inside one buffer of DRAM`,
      );
    }
    const words = count * INSN_WORDS;
    if (this.words.length < words) this.words = new Uint32Array(2 * words);
    this.words.set(this.dram.words.subarray(address / 4, address / 4 + words));
    this.address = address;
  }

  /** Gives every instruction to the stage that executes it. */
  private deal(count: number): void {
    for (const stage of this.stages) {
      stage.head = 0;
      stage.tail = 0;
      if (stage.queue.length < count) stage.queue = new Int32Array(2 * count);
    }
    const { finish, load } = this.core.isa;
    const [loading, computing, storing] = this.stages;
    let finishes = false;
    for (let i = 0; i < count; i++) {
      const at = i * INSN_WORDS;
      const opcode = finish.opcode.get(this.words, at);
      let stage = computing;
      if (opcode === OPCODE.STORE) stage = storing;
      else if (opcode === OPCODE.LOAD) {
        const memory = load.memoryType.get(this.words, at);
        if (memory === MEM_ID.INP || memory === MEM_ID.WGT) stage = loading;
      } else if (opcode === OPCODE.FINISH) finishes = true;
      stage.queue[stage.tail++] = i;
    }
    if (!finishes) {
      throw new DeviceError(`the program of ${count} instructions has no FINISH and would not end`);
    }
  }

  /** Lets the stages take turns until all queues are empty. */
  private drain(): void {
    let progress = true;
    while (progress) {
      progress = false;
      for (const stage of this.stages) {
        while (stage.head < stage.tail && this.step(stage)) progress = true;
      }
    }
    if (this.stages.some((stage) => stage.head < stage.tail)) this.reportDeadlock();
  }

  /** Executes a stage's next instruction if its tokens are there. */
  private step(stage: Stage): boolean {
    const index = stage.queue[stage.head]!;
    const at = index * INSN_WORDS;
    const { words, tokens } = this;
    const { popPrev, popNext, pushPrev, pushNext } = this.core.isa.finish;
    const fromPrev = popPrev.get(words, at) === 1 ? this.link(stage, "fromPrev", index) : undefined;
    const fromNext = popNext.get(words, at) === 1 ? this.link(stage, "fromNext", index) : undefined;
    if (fromPrev !== undefined && tokens[fromPrev] === 0) return false;
    if (fromNext !== undefined && tokens[fromNext] === 0) return false;
    if (fromPrev !== undefined) tokens[fromPrev]--;
    if (fromNext !== undefined) tokens[fromNext]--;
    const toPrev = pushPrev.get(words, at) === 1 ? this.link(stage, "toPrev", index) : undefined;
    const toNext = pushNext.get(words, at) === 1 ? this.link(stage, "toNext", index) : undefined;
    try {
      this.core.execute(words, at);
    } catch (error) {
      throw error instanceof DeviceError ? this.located(error, index) : error;
    }
    if (toPrev !== undefined) tokens[toPrev]++;
    if (toNext !== undefined) tokens[toNext]++;
    stage.head++;
    if (this.trace !== undefined) {
      const taken = (name: TokenName | undefined): TokenName[] =>
        name === undefined ? [] : [name];
      const { isa, kernels } = this.core;
      this.trace.record(
        {
          index,
          address: this.address + index * INSN_BYTES,
          stage: stage.name,
          instruction: decode(isa, words, at),
          popped: [...taken(fromPrev), ...taken(fromNext)],
          pushed: [...taken(toPrev), ...taken(toNext)],
        },
        (i) => decodeUop(isa, kernels.element("UOP", i)[0]!),
      );
    }
    return true;
  }

  private link(
    stage: Stage,
    side: "fromPrev" | "fromNext" | "toPrev" | "toNext",
    index: number,
  ): TokenName {
    const name = stage[side];
    if (name !== undefined) return name;
    const which = side.endsWith("Prev") ? "previous" : "next";
    throw this.located(
      new DeviceError(`the ${stage.name} stage has no ${which} stage to exchange tokens with`),
      index,
    );
  }

  /** `instruction 12 at 0x00002010 (LOAD INP ...)` */
  private describe(index: number): string {
    const address = hex(this.address + index * INSN_BYTES);
    const at = index * INSN_WORDS;
    const opcode = this.core.isa.finish.opcode.get(this.words, at);
    const known = Object.values<number>(OPCODE).includes(opcode);
    const text = known ? disassemble(decode(this.core.isa, this.words, at)) : `opcode ${opcode}`;
    return `instruction ${index} at ${address} (${text})`;
  }

  private located(error: DeviceError, index: number): DeviceError {
    return new DeviceError(`${this.describe(index)}: ${error.sentence}`, { cause: error });
  }

  private reportDeadlock(): never {
    const waiting = this.stages
      .filter((stage) => stage.head < stage.tail)
      .map((stage) => {
        const left = stage.tail - stage.head - 1;
        return `${stage.name}: ${this.describe(stage.queue[stage.head]!)} waits, ${left} behind it`;
      });
    const tokens = Object.entries(this.tokens).map(([name, number]) => `${name} ${number}`);
    throw new DeviceError(
      `the program waits for ever for a token that nobody sends; tokens: ${tokens.join(", ")}`,
      { notes: waiting.map((text) => ({ text })) },
    );
  }
}
