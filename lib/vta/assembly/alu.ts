/**
 * ALU, and GEMM with reset: elementwise work on the accumulator for the micro-ops of a loop nest.
 *
 * Here the order matters (an element may be written and then read), so it is the instruction's:
 * outer loop, inner loop, micro-ops.
 */

import { accBase, accBytes, dstBits, srcBits, uopBase, wrapShift } from "./shape";

const MIN = 0;
const MAX = 1;
const ADD = 2;
const SHR = 3;
const MUL = 4;
/** Not an ALU operation: what a GEMM with reset does. */
const RESET = -1;
/** A shift by an immediate, the same for all lanes. */
const SHR_IMM = 5;

/** Right by `y`, or left by `-y`, bits; a shift by 32 or more leaves only signs or zeros. */
function shift(x: i32, y: i32): i32 {
  if (y >= 0) return x >> min(y, 31);
  return y > -32 ? x << -y : 0;
}

function shiftAll(x: v128, y: i32): v128 {
  if (y >= 0) return i32x4.shr_s(x, min(y, 31));
  return y > -32 ? i32x4.shl(x, -y) : i32x4.splat(0);
}

function shiftLanes(x: v128, y: v128): v128 {
  return i32x4(
    shift(i32x4.extract_lane(x, 0), i32x4.extract_lane(y, 0)),
    shift(i32x4.extract_lane(x, 1), i32x4.extract_lane(y, 1)),
    shift(i32x4.extract_lane(x, 2), i32x4.extract_lane(y, 2)),
    shift(i32x4.extract_lane(x, 3), i32x4.extract_lane(y, 3)),
  );
}

function apply(op: i32, a: v128, b: v128, imm: i32): v128 {
  switch (op) {
    case MIN:
      return i32x4.min_s(a, b);
    case MAX:
      return i32x4.max_s(a, b);
    case ADD:
      return i32x4.add(a, b);
    case MUL:
      return i32x4.mul(a, b);
    case SHR:
      return shiftLanes(a, b);
    case SHR_IMM:
      return shiftAll(a, imm);
    case RESET:
    default:
      return i32x4.splat(0);
  }
}

/**
 * acc[dst] = op(acc[dst], acc[src]), or op(acc[dst], imm), lane by lane. Indices count elements;
 * operation `RESET` zeroes acc[dst].
 */
export function alu(
  opcode: i32,
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
  const op = opcode === SHR && useImm ? SHR_IMM : opcode;
  const dstMask = (1 << dstBits) - 1;
  const srcMask = (1 << srcBits) - 1;
  const uops = uopBase + uopBgn * 4;
  const uopsEnd = uopBase + uopEnd * 4;
  const value = i32x4.splat(imm);
  for (let y = outerBgn; y < outerEnd; y++) {
    for (let x = innerBgn; x < innerEnd; x++) {
      const dstShift = y * dstOuter + x * dstInner;
      const srcShift = y * srcOuter + x * srcInner;
      for (let at = uops; at < uopsEnd; at += 4) {
        const uop = load<i32>(at);
        let dst = accBase + <usize>((uop & dstMask) + dstShift) * accBytes;
        let src = accBase + <usize>(((uop >>> dstBits) & srcMask) + srcShift) * accBytes;
        const end = dst + accBytes;
        do {
          const b = useImm ? value : v128.load(src);
          let c = apply(op, v128.load(dst), b, imm);
          if (wrapShift) c = i32x4.shr_s(i32x4.shl(c, wrapShift), wrapShift);
          v128.store(dst, c);
          dst += 16;
          src += 16;
        } while (dst < end);
      }
    }
  }
}
