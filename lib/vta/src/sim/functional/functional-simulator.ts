/**
 * The functional simulator: computes values, without time.
 *
 * Instructions are dispatched to three queues, as in the accelerator's fetch module. Each stage
 * executes the instructions of its queue; it pops an instruction's tokens before, and pushes tokens
 * to its neighbours after the instruction. Any order that respects the tokens gives the same result
 * for a correct program, so the stages run alternately until they must wait.
 */

import { checkInterruption, DeviceError } from "tvm-ts";
import {
  hex,
  TOKEN_QUEUES,
  tokenExchanges,
  type Dram,
  type Accelerator,
  type InstructionObserver,
  type ValuesAt,
  type Profiler,
  type StageName,
  type TokenExchange,
  type TokenName,
} from "../../accelerator";
import {
  decode,
  decodeUop,
  disassemble,
  INSN_BYTES,
  INSN_WORDS,
  MEM_ID,
  OPCODE,
  type Hardware,
  type MicroOp,
} from "../../hardware";
import { Core } from "./core";

// Local copies of constants that are read for every instruction: imports are slower.
const { INP, WGT } = MEM_ID;
const { LOAD, STORE, FINISH } = OPCODE;
const WORDS = INSN_WORDS;

/** A stage and its queue of instructions. */
interface StageQueue {
  readonly name: StageName;
  /** By an instruction's token bits; undefined if they refer to a stage that does not exist. */
  readonly exchanges: readonly (TokenExchange | undefined)[];
  /** Indices of its instructions; the next is at `head`. */
  queue: Int32Array;
  head: number;
  tail: number;
}

function makeStage(name: StageName): StageQueue {
  return { name, exchanges: tokenExchanges(name), queue: new Int32Array(64), head: 0, tail: 0 };
}

export interface FunctionalSimulatorOptions {
  /** Called every few milliseconds while a program runs; an exception ends the run. */
  readonly onPause?: () => void;
}

export class FunctionalSimulator implements Accelerator {
  readonly core: Core;

  private readonly stages: readonly [StageQueue, StageQueue, StageQueue];
  private readonly observers: InstructionObserver[] = [];
  /** The observers with a `record` method. */
  private recorders: InstructionObserver[] = [];
  /** The number of tokens in each queue. */
  private readonly tokens = new Int32Array(TOKEN_QUEUES.length);
  /** The address of the running program. */
  private address = 0;

  constructor(
    readonly env: Hardware,
    readonly dram: Dram,
    options: FunctionalSimulatorOptions = {},
  ) {
    this.core = new Core(env, dram, options.onPause ?? (() => undefined));
    this.stages = [makeStage("load"), makeStage("compute"), makeStage("store")];
  }

  get counters(): Profiler {
    return this.core.profiler;
  }

  resetTokens(): void {
    this.tokens.fill(0);
  }

  observe(observer: InstructionObserver): () => void {
    const update = (): void => {
      this.recorders = this.observers.filter(({ record }) => record !== undefined);
    };
    this.observers.push(observer);
    update();
    return () => {
      this.observers.splice(this.observers.indexOf(observer), 1);
      update();
    };
  }

  run(address: number, count: number, waitCycles: number): void {
    this.checkStream(address, count);
    this.address = address;
    this.core.startCounting(waitCycles);
    for (const observer of this.observers) observer.startRun(address, count);
    let finished = false;
    try {
      this.dispatch(count);
      this.drain();
      finished = true;
    } finally {
      this.core.flushDeferredWeights();
      // The tokens of a failed program must not affect the next.
      if (!finished) this.resetTokens();
    }
  }

  /** @throws DeviceError when the instructions are not inside a buffer of DRAM. */
  checkStream(address: number, count: number): void {
    if (address % INSN_BYTES !== 0 || !this.dram.contains(address, count * INSN_BYTES)) {
      throw new DeviceError(
        "vta-dram",
        `${count} instructions from ${hex(address)} on are not inside a buffer of DRAM`,
      );
    }
  }

  /** Index of an instruction's first word in `dram.words`. */
  private at(index: number): number {
    return this.address / 4 + index * WORDS;
  }

  /** Dispatches every instruction to its stage. */
  private dispatch(count: number): void {
    for (const stage of this.stages) {
      stage.head = 0;
      stage.tail = 0;
      if (stage.queue.length < count) stage.queue = new Int32Array(2 * count);
    }
    const { finish, load } = this.core.isa;
    const { words } = this.dram;
    const [loading, computing, storing] = this.stages;
    let finishes = false;
    for (let i = 0; i < count; i++) {
      const at = this.at(i);
      const opcode = finish.opcode.get(words, at);
      let stage = computing;
      if (opcode === STORE) stage = storing;
      else if (opcode === LOAD) {
        const memory = load.memoryType.get(words, at);
        if (memory === INP || memory === WGT) stage = loading;
      } else if (opcode === FINISH) finishes = true;
      stage.queue[stage.tail++] = i;
    }
    if (!finishes) {
      throw new DeviceError(
        "vta-endless",
        `the program of ${count} instructions has no FINISH and would not end; the last instruction must be FINISH`,
      );
    }
  }

  /** Runs the stages alternately until all queues are empty. */
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

  /** Executes a stage's next instruction if its tokens are available. */
  private step(stage: StageQueue): boolean {
    checkInterruption();
    const index = stage.queue[stage.head]!;
    const { words } = this.dram;
    const at = this.at(index);
    const exchange = stage.exchanges[this.core.isa.tokens.get(words, at)];
    if (exchange === undefined) throw this.withoutNeighbour(stage, index);
    const { popped, pushed } = exchange;
    const { tokens } = this;
    // Counted loops, because iterators take longer than the rest of a small instruction.
    for (let i = 0; i < popped.length; i++) if (tokens[popped[i]!] === 0) return false;
    for (let i = 0; i < popped.length; i++) tokens[popped[i]!]!--;
    try {
      this.core.execute(words, at);
    } catch (error) {
      throw error instanceof DeviceError ? this.located(error, index) : error;
    }
    for (let i = 0; i < pushed.length; i++) tokens[pushed[i]!]!++;
    stage.head++;
    if (this.recorders.length > 0) this.report(stage, index, exchange);
    return true;
  }

  private withoutNeighbour(stage: StageQueue, index: number): DeviceError {
    const error = new DeviceError(
      "vta-tokens",
      `the token bits refer to a neighbour that the ${stage.name} stage does not have`,
    );
    return this.located(error, index);
  }

  private report(stage: StageQueue, index: number, { popped, pushed }: TokenExchange): void {
    const { isa, kernels } = this.core;
    const instruction = decode(isa, this.dram.words, this.at(index));
    const address = this.address + index * INSN_BYTES;
    const names = (queues: readonly number[]): TokenName[] =>
      queues.map((queue) => TOKEN_QUEUES[queue]!);
    const executed = {
      index,
      address,
      stage: stage.name,
      instruction,
      popped: names(popped),
      pushed: names(pushed),
    };
    const uopAt = (i: number): MicroOp => decodeUop(isa, kernels.element("UOP", i)[0]!);
    const valuesAt = this.core.profiler.skipExecution ? undefined : this.valuesAt;
    for (const observer of this.recorders) observer.record!(executed, uopAt, valuesAt);
  }

  private readonly valuesAt: ValuesAt = (memory, element) => {
    const { kernels } = this.core;
    // The copy of weights may be deferred.
    if (memory === "WGT") kernels.run.settleWeights(element, element + 1);
    return kernels.element(memory, element);
  };

  /** `instruction 12 at 0x00002010 (LOAD INP ...)` */
  private describe(index: number): string {
    const address = hex(this.address + index * INSN_BYTES);
    const at = this.at(index);
    const { words } = this.dram;
    const opcode = this.core.isa.finish.opcode.get(words, at);
    const isOpcode = Object.values<number>(OPCODE).includes(opcode);
    const text = isOpcode ? disassemble(decode(this.core.isa, words, at)) : `opcode ${opcode}`;
    return `instruction ${index} at ${address} (${text})`;
  }

  private located(error: DeviceError, index: number): DeviceError {
    return new DeviceError(error.code, `${this.describe(index)}: ${error.sentence}`, {
      cause: error,
    });
  }

  private reportDeadlock(): never {
    const waiting = this.stages
      .filter((stage) => stage.head < stage.tail)
      .map((stage) => {
        const left = stage.tail - stage.head - 1;
        return `${stage.name}: ${this.describe(stage.queue[stage.head]!)} waits, ${left} behind it`;
      });
    const tokens = TOKEN_QUEUES.map((name, queue) => `${name} ${this.tokens[queue]!}`);
    throw new DeviceError(
      "vta-deadlock",
      `deadlock: the program waits for a token that is never pushed; tokens: ${tokens.join(", ")}`,
      { notes: waiting.map((text) => ({ text })) },
    );
  }
}
