/**
 * ALU, and GEMM with reset: elementwise work on the accumulator for the micro-ops of a loop nest.
 *
 * Here the order matters (an element may be written and then read), so it is the instruction's:
 * outer loop, inner loop, micro-ops.
 */

import { accBase, accBytes, dstBits, immediate, srcBits, uopBase, wrapShift } from "./shape";

const MIN = 0;
const MAX = 1;
const ADD = 2;
const SHR = 3;
const MUL = 4;
/** Not an ALU operation: what a GEMM with reset does. */
const RESET = -1;

/** Right by `y`, or left by `-y`, bits; a shift by 32 or more leaves only signs or zeros. */
function shift(x: i32, y: i32): i32 {
  if (y >= 0) return x >> min(y, 31);
  return y > -32 ? x << -y : 0;
}

/** Writes a result, wrapped to the accumulator's width. */
function put(at: usize, value: v128): void {
  if (wrapShift) value = i32x4.shr_s(i32x4.shl(value, wrapShift), wrapShift);
  v128.store(at, value);
}

// Each operation on elements in a row: vectors from `dst` to `end`, with operands `step` bytes apart.

function minimum(dst: usize, end: usize, src: usize, step: usize): void {
  for (; dst < end; dst += 16, src += step) put(dst, i32x4.min_s(v128.load(dst), v128.load(src)));
}

function maximum(dst: usize, end: usize, src: usize, step: usize): void {
  for (; dst < end; dst += 16, src += step) put(dst, i32x4.max_s(v128.load(dst), v128.load(src)));
}

function add(dst: usize, end: usize, src: usize, step: usize): void {
  for (; dst < end; dst += 16, src += step) put(dst, i32x4.add(v128.load(dst), v128.load(src)));
}

function multiply(dst: usize, end: usize, src: usize, step: usize): void {
  for (; dst < end; dst += 16, src += step) put(dst, i32x4.mul(v128.load(dst), v128.load(src)));
}

function shiftLanes(dst: usize, end: usize, src: usize): void {
  for (; dst < end; dst += 16, src += 16) {
    const x = v128.load(dst);
    put(
      dst,
      i32x4(
        shift(i32x4.extract_lane(x, 0), load<i32>(src)),
        shift(i32x4.extract_lane(x, 1), load<i32>(src, 4)),
        shift(i32x4.extract_lane(x, 2), load<i32>(src, 8)),
        shift(i32x4.extract_lane(x, 3), load<i32>(src, 12)),
      ),
    );
  }
}

function shiftAll(dst: usize, end: usize, y: i32): void {
  if (y >= 0) {
    for (; dst < end; dst += 16) put(dst, i32x4.shr_s(v128.load(dst), min(y, 31)));
  } else if (y > -32) {
    for (; dst < end; dst += 16) put(dst, i32x4.shl(v128.load(dst), -y));
  } else reset(dst, end);
}

function reset(dst: usize, end: usize): void {
  for (; dst < end; dst += 16) v128.store(dst, i32x4.splat(0));
}

/**
 * acc[dst] = op(acc[dst], acc[src]), or op(acc[dst], imm), lane by lane. Indices count elements;
 * operation `RESET` zeroes acc[dst].
 */
export function alu(
  op: i32,
  useImm: bool,
  imm: i32,
  uopBgn: usize,
  uopEnd: usize,
  outerBgn: i32,
  outerEnd: i32,
  dstOuter: i32,
  srcOuter: i32,
  innerBgn: i32,
  innerEnd: i32,
  dstInner: i32,
  srcInner: i32,
): void {
  const dstMask = (1 << dstBits) - 1;
  const srcMask = (1 << srcBits) - 1;
  const uops = uopBase + uopBgn * 4;
  const uopsEnd = uopBase + uopEnd * 4;
  const step: usize = useImm ? 0 : 16;
  v128.store(immediate, i32x4.splat(imm));
  // Where the inner loop goes from one element to the next, it is done at once: in the same order.
  const inRow =
    uopsEnd - uops === 4 && dstInner === 1 && (useImm || op === RESET || srcInner === 1);
  const run = inRow ? innerEnd - innerBgn : 1;
  for (let y = outerBgn; y < outerEnd; y++) {
    for (let x = innerBgn; x < innerEnd; x += run) {
      const dstShift = y * dstOuter + x * dstInner;
      const srcShift = y * srcOuter + x * srcInner;
      for (let at = uops; at < uopsEnd; at += 4) {
        const uop = load<i32>(at);
        const dst = accBase + <usize>((uop & dstMask) + dstShift) * accBytes;
        const end = dst + <usize>run * accBytes;
        const src = useImm
          ? immediate
          : accBase + <usize>(((uop >>> dstBits) & srcMask) + srcShift) * accBytes;
        switch (op) {
          case MIN:
            minimum(dst, end, src, step);
            break;
          case MAX:
            maximum(dst, end, src, step);
            break;
          case ADD:
            add(dst, end, src, step);
            break;
          case MUL:
            multiply(dst, end, src, step);
            break;
          case SHR:
            if (useImm) shiftAll(dst, end, imm);
            else shiftLanes(dst, end, src);
            break;
          case RESET:
            reset(dst, end);
        }
      }
    }
  }
}
