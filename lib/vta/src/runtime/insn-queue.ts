/**
 * The instructions recorded since the last run, and the tokens that order them.
 *
 * Three stages work at the same time: load, compute, store. Where one must wait for another, a token
 * passes between neighbours: an instruction *pushes* it when it is done, another *pops* it before it
 * starts. A push joins the last instruction if that is its stage's; a pop waits for the stage's next
 * instruction. Where there is no such instruction, one that does nothing carries the token.
 */

import { UsageError } from "tvm-ts";
import { INSN_BYTES, MEM_ID } from "../config";
import { INSN_WORDS, OPCODE, type InstructionSet } from "../isa";
import type { Dram } from "../sim";

/** Stages, numbered as `depPush` and `depPop` name them. */
export const STAGE = { LOAD: 1, COMPUTE: 2, STORE: 3 } as const;
export type Stage = (typeof STAGE)[keyof typeof STAGE];

/** Tokens that the next instruction of a stage has to take first. */
interface PendingPops {
  prev: boolean;
  next: boolean;
}

export class InsnQueue {
  /** Physical address of the first instruction. */
  readonly address: number;
  /** Instructions recorded. */
  count = 0;
  private readonly limit: number;
  /** The stage of the last instruction, or undefined if a push must not join it. */
  private lastStage: Stage | undefined;
  private readonly pending: Readonly<Record<Stage, PendingPops>> = {
    [STAGE.LOAD]: { prev: false, next: false },
    [STAGE.COMPUTE]: { prev: false, next: false },
    [STAGE.STORE]: { prev: false, next: false },
  };

  /** @param capacity bytes of the buffer in DRAM */
  constructor(
    private readonly isa: InstructionSet,
    private readonly dram: Dram,
    capacity: number,
  ) {
    this.address = dram.alloc(capacity);
    this.limit = capacity / INSN_BYTES;
  }

  get words(): Uint32Array {
    return this.dram.words;
  }

  /** Index in `words` of instruction `i`. */
  at(i: number): number {
    return this.address / 4 + i * INSN_WORDS;
  }

  /** Whether `more` further instructions have room. */
  hasRoomFor(more: number): boolean {
    return this.count + more <= this.limit;
  }

  /** A new instruction, empty but for its opcode and the tokens its stage has to take. */
  create(stage: Stage, opcode: number): number {
    const at = this.append(opcode);
    const { finish } = this.isa;
    const pending = this.pending[stage];
    if (pending.prev) finish.popPrev.set(this.words, at, 1);
    if (pending.next) finish.popNext.set(this.words, at, 1);
    pending.prev = false;
    pending.next = false;
    this.lastStage = stage;
    return at;
  }

  /** Says that the last instruction moves nothing, so that no push may join it. */
  sealLast(): void {
    this.lastStage = undefined;
  }

  /** Stage `from` is to give a token to stage `to` when it has done what was recorded so far. */
  depPush(from: Stage, to: Stage): void {
    this.checkNeighbours(from, to);
    this.commitPendingPop(from);
    const { finish } = this.isa;
    const bit = from < to ? finish.pushNext : finish.pushPrev;
    const last = this.at(this.count - 1);
    if (this.lastStage === from && bit.get(this.words, last) === 0) {
      bit.set(this.words, last, 1);
      return;
    }
    bit.set(this.words, this.appendNop(from), 1);
  }

  /** Stage `to` is to take a token from stage `from` before what it does next. */
  depPop(from: Stage, to: Stage): void {
    this.checkNeighbours(from, to);
    const side = from < to ? "prev" : "next";
    if (this.pending[to][side]) this.commitPendingPop(to);
    this.pending[to][side] = true;
  }

  /** Lets an instruction that does nothing take the tokens a stage has to take. */
  commitPendingPop(stage: Stage): void {
    const pending = this.pending[stage];
    if (!pending.prev && !pending.next) return;
    const at = this.appendNop(stage);
    if (pending.prev) this.isa.finish.popPrev.set(this.words, at, 1);
    if (pending.next) this.isa.finish.popNext.set(this.words, at, 1);
    pending.prev = false;
    pending.next = false;
  }

  dropPendingPops(): void {
    for (const pending of Object.values(this.pending)) {
      pending.prev = false;
      pending.next = false;
    }
  }

  /** Starts over; tokens still to be taken remain to be taken. */
  clear(): void {
    this.count = 0;
    this.lastStage = undefined;
  }

  /** Gives the DRAM buffer back. */
  free(): void {
    this.dram.free(this.address);
  }

  /**
   * The stage that executes instruction `i`; one that does nothing counts by its memory.
   */
  stageOf(i: number): Stage {
    const { load, finish } = this.isa;
    const opcode = finish.opcode.get(this.words, this.at(i));
    if (opcode === OPCODE.STORE) return STAGE.STORE;
    if (opcode !== OPCODE.LOAD) return STAGE.COMPUTE;
    return stageOfMemory(load.memoryType.get(this.words, this.at(i)));
  }

  /** A NOP is a transfer of no elements, of a memory that belongs to the stage. */
  private appendNop(stage: Stage): number {
    const storing = stage === STAGE.STORE;
    const at = this.append(storing ? OPCODE.STORE : OPCODE.LOAD);
    const memory = stage === STAGE.LOAD ? MEM_ID.INP : MEM_ID.UOP;
    this.isa.load.memoryType.set(this.words, at, memory);
    this.lastStage = storing ? STAGE.STORE : undefined;
    return at;
  }

  private append(opcode: number): number {
    if (this.count === this.limit) {
      throw new UsageError(`more than ${this.limit} instructions were recorded without a run`);
    }
    const at = this.at(this.count++);
    this.words.fill(0, at, at + INSN_WORDS);
    this.isa.finish.opcode.set(this.words, at, opcode);
    return at;
  }

  private checkNeighbours(from: Stage, to: Stage): void {
    if (Math.abs(from - to) === 1 && from >= STAGE.LOAD && from <= STAGE.STORE) return;
    throw new UsageError(
      `stage ${from} exchanges no tokens with stage ${to}; only 1 (load) and 2 (compute), and ` +
        "2 (compute) and 3 (store) do",
    );
  }
}

/** The stage that loads a memory: the accumulator and the micro-ops are compute's own. */
export function stageOfMemory(memory: number): Stage {
  return memory === MEM_ID.ACC || memory === MEM_ID.ACC_8BIT || memory === MEM_ID.UOP
    ? STAGE.COMPUTE
    : STAGE.LOAD;
}
