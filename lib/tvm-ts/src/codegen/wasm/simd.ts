/** Instructions on `v128`, by the width of a lane. */

import { exactInteger } from "../../ir";
import type { Ref, WasmModule } from "./binaryen";
import type { Representation } from "./representation";

/** The instructions on lanes of an integer type of 1, 2, 4 or 8 bytes. */
export function integerLanes(m: WasmModule, bytes: number) {
  switch (bytes) {
    case 1:
      return m.i8x16;
    case 2:
      return m.i16x8;
    case 4:
      return m.i32x4;
    default:
      return m.i64x2;
  }
}

/** A scalar in every lane. */
export function splat(m: WasmModule, type: Representation, value: Ref): Ref {
  if (!type.float) return integerLanes(m, type.laneBytes).splat(value);
  return type.laneBytes === 8 ? m.f64x2.splat(value) : m.f32x4.splat(value);
}

export function replaceLane(
  m: WasmModule,
  type: Representation,
  vector: Ref,
  lane: number,
  value: Ref,
): Ref {
  if (!type.float) return integerLanes(m, type.laneBytes).replace_lane(vector, lane, value);
  return (type.laneBytes === 8 ? m.f64x2 : m.f32x4).replace_lane(vector, lane, value);
}

/** The low halves of the lanes of `a`, then of `b`; input lanes have `bytes` bytes. */
export function narrow(m: WasmModule, a: Ref, b: Ref, bytes: number): Ref {
  const half = bytes / 2;
  const picks: number[] = [];
  for (let lane = 0; lane < 32 / bytes; lane++) {
    for (let byte = 0; byte < half; byte++) picks.push(lane * bytes + byte);
  }
  return m.i8x16.shuffle(a, b, picks);
}

/** The lower or upper half of the lanes at twice their width; input lanes have `bytes` bytes. */
export function widen(
  m: WasmModule,
  value: Ref,
  bytes: number,
  signed: boolean,
  upper: boolean,
): Ref {
  const half = upper ? "high" : "low";
  const sign = signed ? "s" : "u";
  switch (bytes) {
    case 1:
      return m.i16x8[`extend_${half}_i8x16_${sign}`](value);
    case 2:
      return m.i32x4[`extend_${half}_i16x8_${sign}`](value);
    default:
      return m.i64x2[`extend_${half}_i32x4_${sign}`](value);
  }
}

/** Moves the upper 8 bytes to the lower ones. */
export function upperHalf(m: WasmModule, value: () => Ref): Ref {
  const picks = [8, 9, 10, 11, 12, 13, 14, 15, 8, 9, 10, 11, 12, 13, 14, 15];
  return m.i8x16.shuffle(value(), value(), picks);
}

/** The lower 8 bytes of `a`, then those of `b`. */
export function joinLowerHalves(m: WasmModule, a: Ref, b: Ref): Ref {
  return m.i8x16.shuffle(a, b, [0, 1, 2, 3, 4, 5, 6, 7, 16, 17, 18, 19, 20, 21, 22, 23]);
}

/** A constant vector of `start`, `start + step`, ... in lanes of the type. */
export function sequence(m: WasmModule, type: Representation, start: number, step: number): Ref {
  const bytes = new Uint8Array(16);
  const view = new DataView(bytes.buffer);
  for (let lane = 0, at = 0; at < 16; lane++, at += type.laneBytes) {
    const value = start + lane * step;
    if (type.float) {
      if (type.laneBytes === 8) view.setFloat64(at, value, true);
      else view.setFloat32(at, value, true);
    } else if (type.laneBytes === 8) {
      view.setBigInt64(at, exactInteger(value, type.signed ? "int64" : "uint64"), true);
    } else {
      for (let byte = 0; byte < type.laneBytes; byte++) {
        view.setUint8(at + byte, Math.floor(value / 256 ** byte) & 255);
      }
    }
  }
  return m.v128.const(bytes);
}

export function zeroVector(m: WasmModule): Ref {
  return m.v128.const(new Uint8Array(16));
}
