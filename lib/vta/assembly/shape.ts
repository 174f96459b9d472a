/**
 * The accelerator's shape and where its on-chip memories lie, set once by the simulator.
 *
 * On chip, values are held so that SIMD can use them as they are:
 *
 *   inp   [depth][BATCH][steps]     a step is a pair of int16, or one int32 when an operand has 32 bits
 *   wgt   [depth] packed as in DRAM; in fact where `weightAt` says, see transfer.ts
 *   wide  [depth][blocks][steps][groups of a block][4 outputs] steps: weights, widened on demand
 *   acc   [depth][BATCH][groups][4] int32, sign-extended from the accumulator's width
 *   uop   [depth] words
 *
 * Rows of fewer than 4 outputs or 2 inputs are padded; padding lanes are computed and never stored.
 */

export let uopBase: usize;
export let inpBase: usize;
export let wgtBase: usize;
/** A table: the address of each weight element's values. */
export let weightAt: usize;
export let wideBase: usize;
/** One byte a weight element: whether its widened form is up to date. */
export let wideFlags: usize;
export let accBase: usize;
/** A vector that holds the immediate of an ALU instruction while that is executed. */
export let immediate: usize;

export let batch: i32;
export let blockIn: i32;
export let blockOut: i32;
export let inpBits: i32;
export let wgtBits: i32;
export let accBits: i32;
export let outBits: i32;

/** Bits of a micro-op's first and second index. */
export let dstBits: i32;
export let srcBits: i32;

/** Whether an operand has 32 bits, so that products are of int32 instead of pairs of int16. */
export let wide: bool;
/** Multiply-add steps in a row of inputs; 4 bytes each. */
export let steps: usize;
/** Vectors of 4 outputs in a row of the accumulator, and how many of them make a block. */
export let groups: usize;
export let blockGroups: usize;

/** Bytes of an element of each memory, on chip, and of a row of it. */
export let inpRowBytes: usize;
export let inpBytes: usize;
export let wgtBytes: usize;
export let wideBytes: usize;
export let accRowBytes: usize;
export let accBytes: usize;

/** How far a result is shifted up and down again to wrap it to the accumulator's width. */
export let wrapShift: i32;

export function setMemories(
  uop: usize,
  inp: usize,
  wgt: usize,
  table: usize,
  widened: usize,
  flags: usize,
  acc: usize,
  operand: usize,
): void {
  uopBase = uop;
  inpBase = inp;
  wgtBase = wgt;
  weightAt = table;
  wideBase = widened;
  wideFlags = flags;
  accBase = acc;
  immediate = operand;
}

export function setShape(
  BATCH: i32,
  BLOCK_IN: i32,
  BLOCK_OUT: i32,
  INP_WIDTH: i32,
  WGT_WIDTH: i32,
  ACC_WIDTH: i32,
  OUT_WIDTH: i32,
  uopDstBits: i32,
  uopSrcBits: i32,
): void {
  batch = BATCH;
  blockIn = BLOCK_IN;
  blockOut = BLOCK_OUT;
  inpBits = INP_WIDTH;
  wgtBits = WGT_WIDTH;
  accBits = ACC_WIDTH;
  outBits = OUT_WIDTH;
  dstBits = uopDstBits;
  srcBits = uopSrcBits;
  wide = INP_WIDTH > 16 || WGT_WIDTH > 16;
  steps = wide ? BLOCK_IN : (BLOCK_IN + 1) / 2;
  groups = (BLOCK_OUT + 3) / 4;
  blockGroups = min<usize>(groups, 4);
  inpRowBytes = steps * 4;
  inpBytes = <usize>BATCH * inpRowBytes;
  wgtBytes = (BLOCK_OUT * BLOCK_IN * WGT_WIDTH) / 8;
  wideBytes = groups * 16 * steps;
  accRowBytes = groups * 16;
  accBytes = <usize>BATCH * accRowBytes;
  wrapShift = 32 - ACC_WIDTH;
}

/** Bytes that one element of each memory takes on chip: the host makes room for them. */
export function inputElementBytes(): usize {
  return inpBytes;
}
export function weightElementBytes(): usize {
  return wgtBytes;
}
export function widenedElementBytes(): usize {
  return wideBytes;
}
export function accumulatorElementBytes(): usize {
  return accBytes;
}
