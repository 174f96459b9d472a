/**
 * The instructions recorded since the last run, and the tokens that order them.
 *
 * Three stages work at the same time: load, compute, store. Where one must wait for another, a token
 * passes between neighbours: an instruction *pushes* it when it is done, another *pops* it before it
 * starts. A push joins the last instruction if that is its stage's; a pop waits for the stage's next
 * instruction. Where there is no such instruction, one that does nothing carries the token.
 */

import { UsageError } from "tvm-ts";
import type { Dram } from "../accelerator";
import { INSN_BYTES, INSN_WORDS, MEM_ID, OPCODE, TOKEN, type InstructionSet } from "../hardware";

/** Stages, numbered as `depPush` and `depPop` name them. */
export const STAGE = { LOAD: 1, COMPUTE: 2, STORE: 3 } as const;
export type StageNumber = (typeof STAGE)[keyof typeof STAGE];

// Constants of other modules that are read for every instruction are kept here: an import is looked
// up each time.
const { UOP, INP, ACC, ACC_8BIT } = MEM_ID;
const { POP_PREV, POP_NEXT, PUSH_PREV, PUSH_NEXT } = TOKEN;
const WORDS = INSN_WORDS;

export class InsnQueue {
  /** Physical address of the first instruction. */
  readonly address: number;
  /** Instructions recorded. */
  count = 0;
  /** Called with the number of each instruction when it is recorded. */
  onInstruction: ((index: number) => void) | undefined;
  private readonly limit: number;
  /** The stage of the last instruction, or 0 if no push can join it. */
  private lastStage: StageNumber | 0 = 0;
  /** By stage: token bits that its next instruction has to carry. */
  private readonly pendingPops = [0, 0, 0, 0];

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
    return this.address / 4 + i * WORDS;
  }

  /** Whether `more` further instructions have room. */
  hasRoomFor(more: number): boolean {
    return this.count + more <= this.limit;
  }

  /** A new instruction, empty but for its opcode and the tokens its stage has to take. */
  create(stage: StageNumber, opcode: number): number {
    const at = this.append(opcode | this.pendingPops[stage]!);
    this.pendingPops[stage] = 0;
    this.lastStage = stage;
    return at;
  }

  /** Says that the last instruction moves nothing, so that no push may join it. */
  sealLast(): void {
    this.lastStage = 0;
  }

  /** Stage `from` is to give a token to stage `to` when it has done what was recorded so far. */
  depPush(from: StageNumber, to: StageNumber): void {
    checkNeighbours(from, to);
    this.commitPendingPop(from);
    const token = from < to ? PUSH_NEXT : PUSH_PREV;
    const last = this.at(this.count - 1);
    if (this.lastStage === from && (this.words[last]! & token) === 0) this.words[last]! |= token;
    else this.appendNop(from, token);
  }

  /** Stage `to` is to take a token from stage `from` before what it does next. */
  depPop(from: StageNumber, to: StageNumber): void {
    checkNeighbours(from, to);
    const token = from < to ? POP_PREV : POP_NEXT;
    if ((this.pendingPops[to]! & token) !== 0) this.commitPendingPop(to);
    this.pendingPops[to]! |= token;
  }

  /** Lets an instruction that does nothing take the tokens a stage has to take. */
  commitPendingPop(stage: StageNumber): void {
    const tokens = this.pendingPops[stage]!;
    if (tokens === 0) return;
    this.appendNop(stage, tokens);
    this.pendingPops[stage] = 0;
  }

  dropPendingPops(): void {
    this.pendingPops.fill(0);
  }

  /** Starts over; tokens still to be taken remain to be taken. */
  clear(): void {
    this.count = 0;
    this.lastStage = 0;
  }

  /** The stage that executes instruction `i`; one that does nothing counts by its memory. */
  stageOf(i: number): StageNumber {
    const { load, finish } = this.isa;
    const opcode = finish.opcode.get(this.words, this.at(i));
    if (opcode === OPCODE.STORE) return STAGE.STORE;
    if (opcode !== OPCODE.LOAD) return STAGE.COMPUTE;
    return stageOfMemory(load.memoryType.get(this.words, this.at(i)));
  }

  /** Gives the DRAM buffer back. */
  free(): void {
    this.dram.free(this.address);
  }

  /** A NOP is a transfer of no elements, of a memory that belongs to the stage. */
  private appendNop(stage: StageNumber, tokens: number): void {
    const storing = stage === STAGE.STORE;
    const at = this.append((storing ? OPCODE.STORE : OPCODE.LOAD) | tokens);
    const memory = stage === STAGE.LOAD ? INP : UOP;
    this.isa.load.memoryType.set(this.words, at, memory);
    this.lastStage = storing ? STAGE.STORE : 0;
  }

  private append(firstWord: number): number {
    this.onInstruction?.(this.count);
    const at = this.at(this.count++);
    const { words } = this;
    words[at] = firstWord;
    words[at + 1] = 0;
    words[at + 2] = 0;
    words[at + 3] = 0;
    return at;
  }
}

/** The stage that loads a memory: the accumulator and the micro-ops are compute's own. */
export function stageOfMemory(memory: number): StageNumber {
  return memory === ACC || memory === ACC_8BIT || memory === UOP ? STAGE.COMPUTE : STAGE.LOAD;
}

function checkNeighbours(from: StageNumber, to: StageNumber): void {
  const isStagePair =
    from >= STAGE.LOAD && from <= STAGE.STORE && to >= STAGE.LOAD && to <= STAGE.STORE;
  if (isStagePair && Math.abs(from - to) === 1) return;
  throw new UsageError(
    "vta-tokens",
    `stage ${from} exchanges no tokens with stage ${to}; only 1 (load) and 2 (compute), and ` +
      "2 (compute) and 3 (store) do",
  );
}
