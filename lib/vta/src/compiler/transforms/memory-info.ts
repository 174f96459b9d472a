/** The on-chip memories' properties for allocation and addressing. */

import type { pass } from "tvm-ts";
import type { Environment } from "../environment";

/** By storage scope; an address counts elements. */
export function memoryInfo(env: Environment): Readonly<Record<string, pass.MemoryInfo>> {
  const info = (elemBits: number, bytes: number): pass.MemoryInfo => ({
    unitBits: elemBits,
    maxSimdBits: elemBits,
    maxNumBits: bytes * 8,
  });
  return {
    [env.inpScope]: info(env.INP_ELEM_BITS, env.INP_BUFF_SIZE),
    [env.wgtScope]: info(env.WGT_ELEM_BITS, env.WGT_BUFF_SIZE),
    [env.accScope]: info(env.ACC_ELEM_BITS, env.ACC_BUFF_SIZE),
  };
}
