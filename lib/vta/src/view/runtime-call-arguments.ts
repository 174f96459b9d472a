/** The arguments of the runtime's functions and of the accelerator's operators, in order. */

const LOOP = ["extent", "dstFactor", "srcFactor", "wgtFactor"];
const UOP = ["mode", "resetOut", "dst", "src", "wgt", "opcode", "useImm", "imm"];
const TRANSFER = ["xSize", "ySize", "xStride"];
const PADDING = ["xPadBefore", "yPadBefore", "xPadAfter", "yPadAfter"];

/** As `CommandQueue` takes them, under the names of the reference's header (`vta/runtime.h`). */
export const CALL_ARGUMENTS: Readonly<Record<string, readonly string[]>> = {
  VTALoadBuffer2D: [
    ...["command", "source", "sourceOffset"],
    ...TRANSFER,
    ...PADDING,
    ...["sramIndex", "memory"],
  ],
  VTAStoreBuffer2D: [
    ...["command", "sramIndex", "memory", "destination", "destinationOffset"],
    ...TRANSFER,
  ],
  VTAUopPush: UOP,
  VTAUopLoopBegin: LOOP,
  VTADepPush: ["command", "from", "to"],
  VTADepPop: ["command", "from", "to"],
  VTASynchronize: ["command", "waitCycles"],
  "tir.vta.uop_push": UOP,
  "tir.vta.coproc_dep_push": ["from", "to"],
  "tir.vta.coproc_dep_pop": ["from", "to"],
  "tir.vta.coproc_sync": ["waitCycles"],
};
