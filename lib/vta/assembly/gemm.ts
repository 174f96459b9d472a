/**
 * GEMM without reset: acc[dst] += inp[src] * wgt[wgt]^T for the micro-ops of a loop nest.
 *
 * Sums of products wrap, so their order does not matter, and the simulator chooses the loops so that
 * the innermost one repeats something:
 *
 *   gemmRows   one weight element for many input elements. Weights are widened to int16 and
 *              transposed once; two rows of inputs share each vector of weights.
 *   gemmSums   one accumulator element for many weight elements, each used once: they are widened on
 *              the fly and the sums stay in registers.
 *
 * Both run a list of such repetitions inside two outer loops. Indices count elements.
 */

import { unpackOne } from "./bits";
import {
  accBase,
  accBytes,
  accRowBytes,
  batch,
  blockGroups,
  blockIn,
  blockOut,
  groups,
  inpBase,
  inpBytes,
  inpRowBytes,
  steps,
  weightAt,
  wgtBits,
  wide,
  wideBase,
  wideBytes,
  wideFlags,
  wrapShift,
} from "./shape";

/** Bytes of an entry of a list: six int32. */
const ENTRY: usize = 24;

function wrapped(value: v128): v128 {
  return i32x4.shr_s(i32x4.shl(value, wrapShift), wrapShift);
}

/** Widens and transposes one weight element. */
function widenWeight(index: usize): void {
  const from = load<usize>(weightAt + index * 4);
  const to = wideBase + index * wideBytes;
  if (wgtBits === 8 && !wide && (blockIn & 7) === 0 && (blockOut & 3) === 0) widenFast(to, from);
  else widenAny(to, from);
  store<u8>(wideFlags + index, 1);
}

/** Four rows of eight int8 at a time: a 4x4 transposition of pairs of int16. */
function widenFast(to: usize, from: usize): void {
  const row: usize = blockIn;
  const stepBytes = blockGroups * 16;
  for (let group: usize = 0; group < groups; group++) {
    const block = group / blockGroups;
    let out = to + block * steps * stepBytes + (group % blockGroups) * 16;
    let at = from + group * 4 * row;
    for (let k: usize = 0; k < row; k += 8) {
      const r0 = v128.load8x8_s(at);
      const r1 = v128.load8x8_s(at + row);
      const r2 = v128.load8x8_s(at + 2 * row);
      const r3 = v128.load8x8_s(at + 3 * row);
      const low01 = v128.shuffle<i32>(r0, r1, 0, 4, 1, 5);
      const high01 = v128.shuffle<i32>(r0, r1, 2, 6, 3, 7);
      const low23 = v128.shuffle<i32>(r2, r3, 0, 4, 1, 5);
      const high23 = v128.shuffle<i32>(r2, r3, 2, 6, 3, 7);
      v128.store(out, v128.shuffle<i64>(low01, low23, 0, 2));
      v128.store(out + stepBytes, v128.shuffle<i64>(low01, low23, 1, 3));
      v128.store(out + 2 * stepBytes, v128.shuffle<i64>(high01, high23, 0, 2));
      v128.store(out + 3 * stepBytes, v128.shuffle<i64>(high01, high23, 1, 3));
      out += 4 * stepBytes;
      at += 8;
    }
  }
}

function widenAny(to: usize, from: usize): void {
  const perStep: usize = wide ? 1 : 2;
  const stepBytes = blockGroups * 16;
  memory.fill(to, 0, wideBytes);
  for (let j: usize = 0; j < <usize>blockOut; j++) {
    const group = j / 4;
    const column =
      to + (group / blockGroups) * steps * stepBytes + (group % blockGroups) * 16 + (j % 4) * 4;
    for (let k: usize = 0; k < <usize>blockIn; k++) {
      const value = unpackOne(from, j * blockIn + k, wgtBits);
      const at = column + (k / perStep) * stepBytes;
      if (wide) store<i32>(at, value);
      else store<i16>(at + (k % 2) * 2, value);
    }
  }
}

/** Two rows of inputs times one block of four groups. The loop keeps all it needs in registers. */
function tile2x4(a0: usize, a1: usize, p0: usize, p1: usize, w: usize): void {
  let c00 = v128.load(a0);
  let c01 = v128.load(a0, 16);
  let c02 = v128.load(a0, 32);
  let c03 = v128.load(a0, 48);
  let c10 = v128.load(a1);
  let c11 = v128.load(a1, 16);
  let c12 = v128.load(a1, 32);
  let c13 = v128.load(a1, 48);
  const end = p0 + inpRowBytes;
  do {
    const i0 = v128.load32_splat(p0);
    const i1 = v128.load32_splat(p1);
    const w0 = v128.load(w);
    c00 = i32x4.add(c00, i32x4.dot_i16x8_s(i0, w0));
    c10 = i32x4.add(c10, i32x4.dot_i16x8_s(i1, w0));
    const w1 = v128.load(w, 16);
    c01 = i32x4.add(c01, i32x4.dot_i16x8_s(i0, w1));
    c11 = i32x4.add(c11, i32x4.dot_i16x8_s(i1, w1));
    const w2 = v128.load(w, 32);
    c02 = i32x4.add(c02, i32x4.dot_i16x8_s(i0, w2));
    c12 = i32x4.add(c12, i32x4.dot_i16x8_s(i1, w2));
    const w3 = v128.load(w, 48);
    c03 = i32x4.add(c03, i32x4.dot_i16x8_s(i0, w3));
    c13 = i32x4.add(c13, i32x4.dot_i16x8_s(i1, w3));
    p0 += 4;
    p1 += 4;
    w += 64;
  } while (p0 < end);
  if (wrapShift) {
    c00 = wrapped(c00);
    c01 = wrapped(c01);
    c02 = wrapped(c02);
    c03 = wrapped(c03);
    c10 = wrapped(c10);
    c11 = wrapped(c11);
    c12 = wrapped(c12);
    c13 = wrapped(c13);
  }
  v128.store(a0, c00);
  v128.store(a0, c01, 16);
  v128.store(a0, c02, 32);
  v128.store(a0, c03, 48);
  v128.store(a1, c10);
  v128.store(a1, c11, 16);
  v128.store(a1, c12, 32);
  v128.store(a1, c13, 48);
}

/** One row of inputs times one block of four groups. */
function tile1x4(a: usize, p: usize, w: usize): void {
  let c0 = v128.load(a);
  let c1 = v128.load(a, 16);
  let c2 = v128.load(a, 32);
  let c3 = v128.load(a, 48);
  const end = p + inpRowBytes;
  do {
    const i = v128.load32_splat(p);
    c0 = i32x4.add(c0, i32x4.dot_i16x8_s(i, v128.load(w)));
    c1 = i32x4.add(c1, i32x4.dot_i16x8_s(i, v128.load(w, 16)));
    c2 = i32x4.add(c2, i32x4.dot_i16x8_s(i, v128.load(w, 32)));
    c3 = i32x4.add(c3, i32x4.dot_i16x8_s(i, v128.load(w, 48)));
    p += 4;
    w += 64;
  } while (p < end);
  if (wrapShift) {
    c0 = wrapped(c0);
    c1 = wrapped(c1);
    c2 = wrapped(c2);
    c3 = wrapped(c3);
  }
  v128.store(a, c0);
  v128.store(a, c1, 16);
  v128.store(a, c2, 32);
  v128.store(a, c3, 48);
}

/** One row of inputs times one group, whose weights lie `stepBytes` apart. */
function tile1x1(a: usize, p: usize, w: usize, stepBytes: usize): void {
  let c = v128.load(a);
  const end = p + inpRowBytes;
  if (wide) {
    do {
      c = i32x4.add(c, i32x4.mul(v128.load32_splat(p), v128.load(w)));
      p += 4;
      w += stepBytes;
    } while (p < end);
  } else {
    do {
      c = i32x4.add(c, i32x4.dot_i16x8_s(v128.load32_splat(p), v128.load(w)));
      p += 4;
      w += stepBytes;
    } while (p < end);
  }
  if (wrapShift) c = wrapped(c);
  v128.store(a, c);
}

/** `n` rows of inputs times one weight element. */
function rows(n: i32, a: usize, aStep: usize, p: usize, pStep: usize, w: usize): void {
  const stepBytes = blockGroups * 16;
  const blockBytes = steps * stepBytes;
  if (blockGroups === 4 && !wide) {
    // Two rows at a time, unless both are added to the same accumulator.
    while (n >= 2 && aStep) {
      let block = w;
      for (let at: usize = 0; at < accRowBytes; at += 64) {
        tile2x4(a + at, a + aStep + at, p, p + pStep, block);
        block += blockBytes;
      }
      a += 2 * aStep;
      p += 2 * pStep;
      n -= 2;
    }
    while (n > 0) {
      let block = w;
      for (let at: usize = 0; at < accRowBytes; at += 64) {
        tile1x4(a + at, p, block);
        block += blockBytes;
      }
      a += aStep;
      p += pStep;
      n--;
    }
    return;
  }
  while (n > 0) {
    for (let group: usize = 0; group < groups; group++) {
      const first = w + (group / blockGroups) * blockBytes + (group % blockGroups) * 16;
      tile1x1(a + group * 16, p, first, stepBytes);
    }
    a += aStep;
    p += pStep;
    n--;
  }
}

/**
 * For each entry `(dst, src, wgt, n, dstStep, srcStep)` of a list and each pair of loop counters:
 * acc[dst + i*dstStep] += inp[src + i*srcStep] * wgt, for i in 0..n.
 */
export function gemmRows(
  list: usize,
  entries: i32,
  outerBgn: i32,
  outerEnd: i32,
  dstOuter: i32,
  srcOuter: i32,
  wgtOuter: i32,
  innerBgn: i32,
  innerEnd: i32,
  dstInner: i32,
  srcInner: i32,
  wgtInner: i32,
): void {
  const listEnd = list + <usize>entries * ENTRY;
  for (let y = outerBgn; y < outerEnd; y++) {
    for (let x = innerBgn; x < innerEnd; x++) {
      for (let e = list; e < listEnd; e += ENTRY) {
        const dst: usize = load<i32>(e) + y * dstOuter + x * dstInner;
        const src: usize = load<i32>(e, 4) + y * srcOuter + x * srcInner;
        const wgt: usize = load<i32>(e, 8) + y * wgtOuter + x * wgtInner;
        let n = load<i32>(e, 12);
        let a = accBase + dst * accBytes;
        const aStep = <usize>load<i32>(e, 16) * accBytes;
        let p = inpBase + src * inpBytes;
        const pStep = <usize>load<i32>(e, 20) * inpBytes;
        if (!load<u8>(wideFlags + wgt)) widenWeight(wgt);
        const w = wideBase + wgt * wideBytes;
        if (batch === 1) rows(n, a, aStep, p, pStep, w);
        else {
          while (n > 0) {
            rows(batch, a, accRowBytes, p, inpRowBytes, w);
            a += aStep;
            p += pStep;
            n--;
          }
        }
      }
    }
  }
}

/** The sums of the four lanes of four vectors. */
function sumLanes(a: v128, b: v128, c: v128, d: v128): v128 {
  const ab = i32x4.add(v128.shuffle<i32>(a, b, 0, 4, 1, 5), v128.shuffle<i32>(a, b, 2, 6, 3, 7));
  const cd = i32x4.add(v128.shuffle<i32>(c, d, 0, 4, 1, 5), v128.shuffle<i32>(c, d, 2, 6, 3, 7));
  return i32x4.add(v128.shuffle<i64>(ab, cd, 0, 2), v128.shuffle<i64>(ab, cd, 1, 3));
}

/** Adds the products of 16 inputs and a row of 16 int8 weights, in lanes to be added up later. */
function dot16(s: v128, low: v128, high: v128, w: usize): v128 {
  s = i32x4.add(s, i32x4.dot_i16x8_s(low, v128.load8x8_s(w)));
  return i32x4.add(s, i32x4.dot_i16x8_s(high, v128.load8x8_s(w, 8)));
}

/** Adds the sums of the lanes of four vectors to four accumulators. */
function addSums(a: usize, s0: v128, s1: v128, s2: v128, s3: v128): void {
  let c = i32x4.add(v128.load(a), sumLanes(s0, s1, s2, s3));
  if (wrapShift) c = wrapped(c);
  v128.store(a, c);
}

/**
 * One row of the accumulator plus `n` products of a row of inputs with an int8 weight element;
 * `w` is the place of the first element's address in the table, the next ones are `wStep` bytes apart.
 */
function sums(n: i32, a: usize, p: usize, pStep: usize, w: usize, wStep: usize): void {
  const row: usize = blockIn;
  const aEnd = a + accRowBytes;
  let rowsAt: usize = 0;
  // Eight outputs at a time: their weights are two lines of the cache, side by side.
  while (a < aEnd) {
    let s0 = i32x4.splat(0);
    let s1 = s0;
    let s2 = s0;
    let s3 = s0;
    let s4 = s0;
    let s5 = s0;
    let s6 = s0;
    let s7 = s0;
    for (let k: usize = 0; k < row; k += 16) {
      let pAt = p + 2 * k;
      let wAt = w;
      let left = n;
      do {
        const low = v128.load(pAt);
        const high = v128.load(pAt, 16);
        let from = load<usize>(wAt) + rowsAt + k;
        s0 = dot16(s0, low, high, from);
        from += row;
        s1 = dot16(s1, low, high, from);
        from += row;
        s2 = dot16(s2, low, high, from);
        from += row;
        s3 = dot16(s3, low, high, from);
        from += row;
        s4 = dot16(s4, low, high, from);
        from += row;
        s5 = dot16(s5, low, high, from);
        from += row;
        s6 = dot16(s6, low, high, from);
        from += row;
        s7 = dot16(s7, low, high, from);
        pAt += pStep;
        wAt += wStep;
      } while (--left);
    }
    addSums(a, s0, s1, s2, s3);
    addSums(a + 16, s4, s5, s6, s7);
    a += 32;
    rowsAt += 8 * row;
  }
}

/** Whether `gemmSums` can work with this shape: int8 weights in rows of whole vectors. */
export function canSum(): bool {
  return wgtBits === 8 && !wide && (blockIn & 15) === 0 && (blockOut & 7) === 0;
}

/**
 * For each entry `(dst, src, wgt, n, srcStep, wgtStep)` of a list and each pair of loop counters:
 * acc[dst] += inp[src + i*srcStep] * wgt[wgt + i*wgtStep], summed over i in 0..n.
 */
export function gemmSums(
  list: usize,
  entries: i32,
  outerBgn: i32,
  outerEnd: i32,
  dstOuter: i32,
  srcOuter: i32,
  wgtOuter: i32,
  innerBgn: i32,
  innerEnd: i32,
  dstInner: i32,
  srcInner: i32,
  wgtInner: i32,
): void {
  const listEnd = list + <usize>entries * ENTRY;
  for (let y = outerBgn; y < outerEnd; y++) {
    for (let x = innerBgn; x < innerEnd; x++) {
      for (let e = list; e < listEnd; e += ENTRY) {
        const dst: usize = load<i32>(e) + y * dstOuter + x * dstInner;
        const src: usize = load<i32>(e, 4) + y * srcOuter + x * srcInner;
        const wgt: usize = load<i32>(e, 8) + y * wgtOuter + x * wgtInner;
        const n = load<i32>(e, 12);
        const pStep = <usize>load<i32>(e, 16) * inpBytes;
        const wStep = <usize>load<i32>(e, 20) * 4;
        let a = accBase + dst * accBytes;
        let p = inpBase + src * inpBytes;
        for (let b = 0; b < batch; b++) {
          sums(n, a, p, pStep, weightAt + wgt * 4, wStep);
          a += accRowBytes;
          p += inpRowBytes;
        }
      }
    }
  }
}
