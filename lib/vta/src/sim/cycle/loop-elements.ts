/** The elements that the loops of a GEMM or an ALU access, and the order of the ALU's accesses. */

import {
  type AluField,
  type GemmField,
  type InstructionSet,
  type FieldLayout,
  type LoopField,
} from "../../hardware";
import type { Transfer } from "./transfer";

export interface Loops {
  readonly reset: number;
  readonly uopBgn: number;
  readonly uopEnd: number;
  readonly iterOut: number;
  readonly iterIn: number;
  readonly dst: Factors;
  readonly src: Factors;
  readonly wgt: Factors;
}

/** The step of an index in the outer and in the inner loop. */
interface Factors {
  readonly out: number;
  readonly in: number;
}

export function loopOf(
  layout: FieldLayout<GemmField> | FieldLayout<AluField>,
  words: Uint32Array,
  at: number,
): Loops {
  const get = (name: LoopField): number => layout[name].get(words, at);
  const isGemm = "wgtFactorOut" in layout;
  return {
    reset: get("resetReg"),
    uopBgn: get("uopBgn"),
    uopEnd: get("uopEnd"),
    iterOut: get("iterOut"),
    iterIn: get("iterIn"),
    dst: { out: get("dstFactorOut"), in: get("dstFactorIn") },
    src: { out: get("srcFactorOut"), in: get("srcFactorIn") },
    wgt: isGemm
      ? { out: layout.wgtFactorOut.get(words, at), in: layout.wgtFactorIn.get(words, at) }
      : { out: 0, in: 0 },
  };
}

/** The micro-ops on chip, decoded. */
export class MicroOps {
  readonly dst: Uint16Array;
  readonly src: Uint16Array;
  readonly wgt: Uint16Array;
  private readonly word = new Uint32Array(1);

  constructor(
    private readonly isa: InstructionSet,
    private readonly depth: number,
  ) {
    this.dst = new Uint16Array(depth);
    this.src = new Uint16Array(depth);
    this.wgt = new Uint16Array(depth);
  }

  load(
    { rows, columns, stride, dram, sram }: Transfer,
    { dram: memory, firstWord = 0 }: { readonly dram: Uint32Array; readonly firstWord?: number },
  ): void {
    const { uop } = this.isa;
    const base = dram - firstWord;
    let to = sram;
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++, to++) {
        if (to >= this.depth) return;
        this.word[0] = memory[base + y * stride + x] ?? 0;
        this.dst[to] = uop.dst.get(this.word, 0);
        this.src[to] = uop.src.get(this.word, 0);
        this.wgt[to] = uop.wgt.get(this.word, 0);
      }
    }
  }
}

/**
 * The number of possible indices of an element; micro-ops and loops together can exceed a memory.
 */
const INDEX_LIMIT = 1 << 17;

/** A set of elements, refilled for each instruction. */
export class ElementSet {
  /** The first `size` entries are the elements. */
  readonly list = new Int32Array(INDEX_LIMIT);
  size = 0;
  private readonly offsets = new Int32Array(INDEX_LIMIT);
  /** By element: the last filling that contained it. */
  private readonly met = new Int32Array(INDEX_LIMIT);
  private filling = 0;

  /**
   * Fills the set with the elements that the loops access through micro-ops with the indices
   * `indices`.
   */
  reach(
    { uopBgn, uopEnd, iterOut, iterIn, ...factors }: Loops,
    indices: Uint16Array,
    which: "dst" | "src" | "wgt",
  ): void {
    const { out, in: inner } = factors[which];
    const outer = out === 0 ? 1 : iterOut;
    const inside = inner === 0 ? 1 : iterIn;
    this.start();
    for (let i = 0; i < outer; i++) {
      for (let j = 0, at = i * out; j < inside; j++, at += inner) this.add(at);
    }
    const count = this.size;
    const { offsets, list } = this;
    for (let i = 0; i < count; i++) offsets[i] = list[i]!;
    this.start();
    let last = -1;
    for (let u = uopBgn; u < uopEnd; u++) {
      const base = indices[u]!;
      if (base === last) continue;
      last = base;
      for (let i = 0; i < count; i++) this.add(base + offsets[i]!);
    }
  }

  private start(): void {
    this.size = 0;
    this.filling++;
  }

  private add(element: number): void {
    if (element >= INDEX_LIMIT || this.met[element] === this.filling) return;
    this.met[element] = this.filling;
    this.list[this.size++] = element;
  }
}

/**
 * Whether an ALU instruction reads an accumulator before its pipeline has written it. A step's
 * result is in memory three steps later. With two registers a step takes two cycles, so only the
 * next step is too soon.
 */
export function aluHazard(loops: Loops, uops: MicroOps, useImm: boolean): string | undefined {
  const { uopBgn, uopEnd, iterOut, iterIn } = loops;
  const places = new Set([0, iterIn - 2, iterIn - 1].filter((j) => j >= 0));
  const next = ([i, j, u]: Step): Step => {
    if (u + 1 < uopEnd) return [i, j, u + 1];
    if (j + 1 < iterIn) return [i, j + 1, uopBgn];
    return [i + 1, 0, uopBgn];
  };
  const tooSoon = (steps: number): string =>
    `a step reads an accumulator ${steps === 1 ? "that the step before" : "that the second step before"} ` +
    "writes: the ALU's pipeline has not written it by then, and nothing forwards it";
  for (const j of places) {
    for (let u = uopBgn; u < uopEnd; u++) {
      const step: Step = [0, j, u];
      const second = next(step);
      if (second[0] >= iterOut) continue;
      if (meets(loops, uops, step, second, "dst")) return tooSoon(1);
      if (!useImm && meets(loops, uops, step, second, "src")) return tooSoon(1);
      const third = next(second);
      if (useImm && third[0] < iterOut) {
        const sameElement = uops.src[third[2]] === uops.dst[third[2]];
        if (sameElement && meets(loops, uops, step, third, "dst")) return tooSoon(2);
      }
    }
  }
  return undefined;
}

type Step = readonly [outer: number, inner: number, uop: number];

/** Whether the step `to` reads an element that `from` writes, in some iteration. */
function meets(
  { iterOut, iterIn, dst, src }: Loops,
  uops: MicroOps,
  [, j, u]: Step,
  [deltaOut, toInner, toUop]: Step,
  reads: "dst" | "src",
): boolean {
  const read = reads === "dst" ? dst : src;
  const deltaIn = toInner - j;
  // (i, j) writes dst + i*dst.out + j*dst.in; (i + deltaOut, j + deltaIn) reads.
  const gap = uops[reads][toUop]! + deltaOut * read.out + deltaIn * read.in - uops.dst[u]!;
  const perOut = read.out - dst.out;
  const perIn = read.in - dst.in;
  const inners = deltaOut === 0 ? iterIn - deltaIn : 1;
  const firstInner = deltaOut === 0 ? 0 : j;
  const outers = perOut === 0 ? 1 : iterOut - deltaOut;
  for (let i = 0; i < outers; i++) {
    const at = gap + i * perOut + firstInner * perIn;
    if (perIn === 0 ? at === 0 : -at % perIn === 0 && -at / perIn >= 0 && -at / perIn < inners) {
      return true;
    }
  }
  return false;
}
