/**
 * The instructions recorded since the last run, and the tokens that order them.
 *
 * Three stages run concurrently: load, compute, store. Tokens between neighbours order them: an
 * instruction *pushes* a token when it is done, another *pops* it before it starts. A push is added
 * to the last instruction if that is of its stage, a pop to the stage's next instruction; otherwise
 * a NOP carries the token.
 */

import { UsageError } from "tvm-ts";
import type { Dram } from "../accelerator";
import { INSN_BYTES, INSN_WORDS, MEM_ID, OPCODE, TOKEN, type InstructionSet } from "../hardware";

/** The stages' numbers in `depPush` and `depPop`. */
export const STAGE = { LOAD: 1, COMPUTE: 2, STORE: 3 } as const;
export type StageNumber = (typeof STAGE)[keyof typeof STAGE];

// Local copies of constants that are read for every instruction: imports are slower.
const { UOP, INP, ACC, ACC_8BIT } = MEM_ID;
const { POP_PREV, POP_NEXT, PUSH_PREV, PUSH_NEXT } = TOKEN;
const WORDS = INSN_WORDS;

export class InsnQueue {
  /** Physical address of the first instruction. */
  readonly address: number;
  /** The number of recorded instructions. */
  count = 0;
  /** Called with the index of each instruction when it is recorded. */
  onInstruction: ((index: number) => void) | undefined;
  private readonly limit: number;
  /** The stage of the last instruction, or 0 if no push can be added to it. */
  private lastStage: StageNumber | 0 = 0;
  /** By stage: the pops of its next instruction. */
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

  /** Whether there is room for `more` instructions. */
  hasRoomFor(more: number): boolean {
    return this.count + more <= this.limit;
  }

  /** Appends an instruction with only its opcode and the pending pops of its stage. */
  create(stage: StageNumber, opcode: number): number {
    const at = this.append(opcode | this.pendingPops[stage]!);
    this.pendingPops[stage] = 0;
    this.lastStage = stage;
    return at;
  }

  /** Prevents that a push is added to the last instruction, which moves nothing. */
  sealLast(): void {
    this.lastStage = 0;
  }

  /** Stage `from` pushes a token to stage `to` after its instructions recorded so far. */
  depPush(from: StageNumber, to: StageNumber): void {
    checkNeighbours(from, to);
    this.commitPendingPop(from);
    const token = from < to ? PUSH_NEXT : PUSH_PREV;
    const last = this.at(this.count - 1);
    if (this.lastStage === from && (this.words[last]! & token) === 0) this.words[last]! |= token;
    else this.appendNop(from, token);
  }

  /** Stage `to` pops a token of stage `from` before its next instruction. */
  depPop(from: StageNumber, to: StageNumber): void {
    checkNeighbours(from, to);
    const token = from < to ? POP_PREV : POP_NEXT;
    if ((this.pendingPops[to]! & token) !== 0) this.commitPendingPop(to);
    this.pendingPops[to]! |= token;
  }

  /** Records a NOP with the pending pops of a stage. */
  commitPendingPop(stage: StageNumber): void {
    const tokens = this.pendingPops[stage]!;
    if (tokens === 0) return;
    this.appendNop(stage, tokens);
    this.pendingPops[stage] = 0;
  }

  dropPendingPops(): void {
    this.pendingPops.fill(0);
  }

  /** Drops all instructions; pending pops stay. */
  clear(): void {
    this.count = 0;
    this.lastStage = 0;
  }

  /** The stage that executes instruction `i`; that of a NOP depends on its memory. */
  stageOf(i: number): StageNumber {
    const { load, finish } = this.isa;
    const opcode = finish.opcode.get(this.words, this.at(i));
    if (opcode === OPCODE.STORE) return STAGE.STORE;
    if (opcode !== OPCODE.LOAD) return STAGE.COMPUTE;
    return stageOfMemory(load.memoryType.get(this.words, this.at(i)));
  }

  /** Frees the DRAM buffer. */
  free(): void {
    this.dram.free(this.address);
  }

  /** A NOP is a transfer of no elements of a memory of the stage. */
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

/** The stage that loads a memory: compute loads accumulators and micro-ops. */
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
