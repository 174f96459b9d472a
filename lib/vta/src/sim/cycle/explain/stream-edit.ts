/**
 * Edits a stream of instructions as a change of the program would, to time it again. Only the
 * fields that affect time are kept: order, tokens, transfers and steps, but no addresses on chip.
 */

import { INSN_WORDS } from "../../../hardware";
import { WORK, type StreamPlan } from "../stream-plan";
import { transferAt, type Transfer } from "../transfer";

/** Token bits in an instruction's first word. */
const TOKEN_SHIFT = 3;
const TOKEN_MASK = 15;
export const POP = { PREV: 1, NEXT: 2 } as const;
export const PUSH = { PREV: 4, NEXT: 8 } as const;

export class StreamEdit {
  /** The indices of the remaining instructions, in order. */
  order: number[];
  readonly steps: Float64Array;
  private readonly words: Uint32Array;

  constructor(private readonly plan: StreamPlan) {
    const { words, at, count, steps } = plan;
    this.words = words.slice(at, at + count * INSN_WORDS);
    this.steps = steps.slice();
    this.order = Array.from({ length: count }, (_, i) => i);
  }

  /** The four bits: pop prev, pop next, push prev, push next. */
  tokens(index: number): number {
    return (this.words[index * INSN_WORDS]! >>> TOKEN_SHIFT) & TOKEN_MASK;
  }

  setTokens(index: number, tokens: number): void {
    const w = index * INSN_WORDS;
    this.words[w] = (this.words[w]! & ~(TOKEN_MASK << TOKEN_SHIFT)) | (tokens << TOKEN_SHIFT);
  }

  transfer(index: number): Transfer {
    return transferAt({ ...this.plan, words: this.words, at: 0 }, index);
  }

  /** Changes the rectangle of a LOAD or STORE, in elements. */
  setTransfer(index: number, { rows, columns, stride, dram }: Rectangle): void {
    const { words } = this;
    const w = index * INSN_WORDS;
    words[w] = (words[w]! & 0x3ffffff) | (dram << 26);
    words[w + 1] = (words[w + 1]! & ~0x3ffffff) | (dram >>> 6);
    words[w + 2] = (columns << 16) | rows;
    words[w + 3] = (words[w + 3]! & 0xffff0000) | stride;
  }

  /** Removes instructions; an instruction that exchanges tokens stays as a NOP. */
  drop(indices: Iterable<number>): void {
    const gone = new Set<number>();
    for (const index of indices) {
      if (this.tokens(index) === 0) gone.add(index);
      else this.words[index * INSN_WORDS + 2] = 0;
    }
    if (gone.size > 0) this.order = this.order.filter((index) => !gone.has(index));
  }

  /** The changed stream. */
  result(): StreamPlan {
    const { plan, order } = this;
    const count = order.length;
    const words = new Uint32Array(count * INSN_WORDS);
    const tokens = new Uint8Array(count);
    const work = new Uint8Array(count);
    order.forEach((index, k) => {
      const w = index * INSN_WORDS;
      words.set(this.words.subarray(w, w + INSN_WORDS), k * INSN_WORDS);
      tokens[k] = this.tokens(index);
      const kind = plan.work[index]!;
      const moves = kind === WORK.LOAD || kind === WORK.STORE;
      work[k] = moves && this.words[w + 2] === 0 ? WORK.SYNC : kind;
    });
    return {
      count,
      words,
      at: 0,
      tokens,
      work,
      module: Uint8Array.from(order, (index) => plan.module[index]!),
      client: Uint8Array.from(order, (index) => plan.client[index]!),
      steps: Float64Array.from(order, (index) => this.steps[index]!),
    };
  }
}

/** The rectangle in DRAM that a transfer moves, in elements. */
type Rectangle = Pick<Transfer, "rows" | "columns" | "stride" | "dram">;
