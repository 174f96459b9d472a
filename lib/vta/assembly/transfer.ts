/**
 * LOAD and STORE: two-dimensional copies between DRAM and the on-chip memories, which hold values in
 * another form than DRAM does.
 *
 * A LOAD of weights copies nothing: it notes where they are, which is as good as long as nothing
 * writes there, and many are used only once. `settleWeights` makes the copies; it is called when a
 * run ends and before a STORE into DRAM that weights were loaded from.
 */

import { packOne, unpackOne } from "./bits";
import {
  accBase,
  accBits,
  accBytes,
  accRowBytes,
  batch,
  blockIn,
  blockOut,
  inpBase,
  inpBits,
  inpBytes,
  inpRowBytes,
  outBits,
  uopBase,
  weightAt,
  wgtBase,
  wgtBytes,
  wide,
  wideFlags,
} from "./shape";

/** The memories' numbers in LOAD and STORE. */
const UOP = 0;
const WGT = 1;
const INP = 2;
const ACC_8BIT = 5;

/** Bytes of an element on chip. */
function elementBytes(id: i32): usize {
  if (id === UOP) return 4;
  if (id === INP) return inpBytes;
  return accBytes;
}

function base(id: i32): usize {
  if (id === UOP) return uopBase;
  if (id === INP) return inpBase;
  return accBase;
}

/** Sign-extends `count` int8 to int16. */
function widen8to16(to: usize, from: usize, count: usize): void {
  const end = from + count;
  while (from + 8 <= end) {
    v128.store(to, v128.load8x8_s(from));
    from += 8;
    to += 16;
  }
  while (from < end) {
    store<i16>(to, load<i8>(from));
    from += 1;
    to += 2;
  }
}

/** Sign-extends `count` int8 to int32. */
function widen8to32(to: usize, from: usize, count: usize): void {
  const end = from + count;
  while (from + 4 <= end) {
    v128.store(to, i32x4.extend_low_i16x8_s(i16x8.extend_low_i8x16_s(v128.load32_zero(from))));
    from += 4;
    to += 16;
  }
  while (from < end) {
    store<i32>(to, load<i8>(from));
    from += 1;
    to += 4;
  }
}

/** The low bytes of `count` int32. */
function narrow32to8(to: usize, from: usize, count: usize): void {
  const end = to + count;
  const low = i32x4.splat(0xff);
  while (to + 8 <= end) {
    const a = v128.and(v128.load(from), low);
    const b = v128.and(v128.load(from, 16), low);
    const pairs = i16x8.narrow_i32x4_u(a, b);
    v128.store64_lane(to, i8x16.narrow_i16x8_u(pairs, pairs), 0);
    from += 32;
    to += 8;
  }
  while (to < end) {
    store<u8>(to, load<i32>(from));
    from += 4;
    to += 1;
  }
}

/** `rows` rows of `width` packed values become rows of `rowBytes` bytes of int16 or int32. */
function unpackRows(
  to: usize,
  from: usize,
  rows: usize,
  width: usize,
  rowBytes: usize,
  bits: i32,
  bytes: usize,
): void {
  let index: usize = 0;
  for (let row: usize = 0; row < rows; row++) {
    for (let i: usize = 0; i < width; i++) {
      const value = unpackOne(from, index++, bits);
      if (bytes === 2) store<i16>(to + i * 2, value);
      else store<i32>(to + i * 4, value);
    }
    to += rowBytes;
  }
}

/** `count` elements in a row, from DRAM into a memory. */
function fetch(id: i32, to: usize, from: usize, count: usize): void {
  if (id === UOP) memory.copy(to, from, count * 4);
  else if (id === INP) {
    const rows = count * batch;
    const bytes: usize = wide ? 4 : 2;
    const dense = <usize>blockIn * bytes === inpRowBytes;
    if (dense && inpBits === 8 && !wide) widen8to16(to, from, rows * blockIn);
    else if (dense && <usize>inpBits === bytes * 8) memory.copy(to, from, rows * inpRowBytes);
    else unpackRows(to, from, rows, blockIn, inpRowBytes, inpBits, bytes);
  } else {
    const rows = count * batch;
    const bits = id === ACC_8BIT ? 8 : accBits;
    const dense = <usize>blockOut * 4 === accRowBytes;
    if (dense && bits === 8) widen8to32(to, from, rows * blockOut);
    else if (dense && bits === 32) memory.copy(to, from, rows * accRowBytes);
    else unpackRows(to, from, rows, blockOut, accRowBytes, bits, 4);
  }
}

/**
 * Fills `(yPad0 + y + yPad1) * (xPad0 + x + xPad1)` elements of a memory from element `index` on:
 * `y` rows of `x` elements that lie `strideBytes` apart in DRAM, and zeros around them.
 */
export function load2d(
  id: i32,
  index: usize,
  dram: usize,
  y: usize,
  x: usize,
  strideBytes: usize,
  yPad0: usize,
  yPad1: usize,
  xPad0: usize,
  xPad1: usize,
): void {
  if (id === WGT) {
    borrowWeights(index, dram, y, x, strideBytes, yPad0, yPad1, xPad0, xPad1);
    return;
  }
  const bytes = elementBytes(id);
  const width = xPad0 + x + xPad1;
  let to = base(id) + index * bytes;
  if (yPad0) memory.fill(to, 0, yPad0 * width * bytes);
  to += yPad0 * width * bytes;
  for (let row: usize = 0; row < y; row++) {
    if (xPad0) memory.fill(to, 0, xPad0 * bytes);
    to += xPad0 * bytes;
    fetch(id, to, dram, x);
    to += x * bytes;
    if (xPad1) memory.fill(to, 0, xPad1 * bytes);
    to += xPad1 * bytes;
    dram += strideBytes;
  }
  if (yPad1) memory.fill(to, 0, yPad1 * width * bytes);
}

/** `count` weight elements from `index` on are zero. */
function zeroWeights(index: usize, count: usize): usize {
  if (!count) return index;
  const end = index + count;
  memory.fill(wgtBase + index * wgtBytes, 0, count * wgtBytes);
  for (; index < end; index++) store<usize>(weightAt + index * 4, wgtBase + index * wgtBytes);
  return end;
}

/** What `load2d` does for weights. */
function borrowWeights(
  index: usize,
  dram: usize,
  y: usize,
  x: usize,
  strideBytes: usize,
  yPad0: usize,
  yPad1: usize,
  xPad0: usize,
  xPad1: usize,
): void {
  const width = xPad0 + x + xPad1;
  memory.fill(wideFlags + index, 0, (yPad0 + y + yPad1) * width);
  index = zeroWeights(index, yPad0 * width);
  for (let row: usize = 0; row < y; row++) {
    index = zeroWeights(index, xPad0);
    const end = index + x;
    let from = dram;
    const quarter = i32x4(0, <i32>wgtBytes, 2 * <i32>wgtBytes, 3 * <i32>wgtBytes);
    for (; index + 4 <= end; index += 4) {
      v128.store(weightAt + index * 4, i32x4.add(i32x4.splat(<i32>from), quarter));
      from += 4 * wgtBytes;
    }
    for (; index < end; index++) {
      store<usize>(weightAt + index * 4, from);
      from += wgtBytes;
    }
    index = zeroWeights(index, xPad1);
    dram += strideBytes;
  }
  zeroWeights(index, yPad1 * width);
}

/** Copies the weight elements `begin..end` that are still in DRAM, those in a row there at once. */
export function settleWeights(begin: usize, end: usize): void {
  let index = begin;
  while (index < end) {
    const first = index;
    const from = load<usize>(weightAt + first * 4);
    let next = from;
    while (index < end && load<usize>(weightAt + index * 4) === next) {
      store<usize>(weightAt + index * 4, wgtBase + index * wgtBytes);
      next += wgtBytes;
      index++;
    }
    const to = wgtBase + first * wgtBytes;
    if (from !== to) memory.copy(to, from, next - from);
  }
}

/** Writes `y` rows of `x` accumulator elements to DRAM, keeping the output's low bits. */
export function store2d(index: usize, dram: usize, y: usize, x: usize, strideBytes: usize): void {
  let from = accBase + index * accBytes;
  const rows = x * batch;
  const dense = <usize>blockOut * 4 === accRowBytes;
  for (let row: usize = 0; row < y; row++) {
    if (dense && outBits === 8) narrow32to8(dram, from, rows * blockOut);
    else {
      let value: usize = 0;
      for (let r: usize = 0; r < rows; r++) {
        for (let i: usize = 0; i < <usize>blockOut; i++) {
          packOne(dram, value++, outBits, load<i32>(from + r * accRowBytes + i * 4));
        }
      }
    }
    from += x * accBytes;
    dram += strideBytes;
  }
}
