/**
 * Turns copies between DRAM and on-chip memory into transfer instructions.
 *
 *     attr [i] "pragma_dma_copy" = 1 { for (i, 0, 64) { for (j, 0, 16) { A_buf[i*16 + j] = A[i*16 + j] } } }
 *  => attr [vta] "coproc_scope" = 2 {
 *       VTALoadBuffer2D(command_handle, A, 0, 64, 1, 64, 0, 0, 0, 0, access_ptr(A_buf), ACC) }
 */

import { nearName, tir, transforms, UsageError, type pass } from "tvm-ts";
import { MEM_ID } from "../../hardware";
import type { Environment } from "../environment";
import { commandHandle, onStage, QID } from "../intrin";
import { checkCompact, rectangleOf, type Refuse } from "./dram-rectangle";

/** An on-chip memory's properties for transfers. */
interface TransferMemory {
  readonly id: number;
  readonly dtype: string;
  /** Values in an element. */
  readonly block: number;
  /** The stage that loads it. */
  readonly stage: number;
}

export function injectDMAIntrin(env: Environment): pass.FunctionPass {
  return transforms.injectCopyIntrin("dma_copy", (copy) => transfer(copy, env));
}

function transfer(copy: transforms.Copy, env: Environment): tir.Stmt {
  const { source, target } = copy;
  const refuse: Refuse = (reason) =>
    new UsageError(
      "vta-dma-copy",
      `the copy of ${source.name} to ${target.name} cannot be a transfer: ${reason}, in\n` +
        tir.reprStmt(copy.stmt),
      { span: copy.span },
    );
  if (source.scope !== "global" && target.scope === "global") return store(copy, env, refuse);
  if (source.scope === "global" && target.scope !== "global") return load(copy, env, refuse);
  throw refuse(
    `${source.name} is in ${source.scope} and ${target.name} in ${target.scope}; one must be ` +
      `in DRAM and the other on the chip: set the memory of the stage on the chip with ` +
      `stage.setScope(env.accScope), env.inpScope or env.wgtScope`,
  );
}

function store(
  { source, target, padBefore }: transforms.Copy,
  env: Environment,
  refuse: Refuse,
): tir.Stmt {
  if (padBefore.length > 0) throw refuse("a store to DRAM cannot pad");
  if (source.scope !== env.accScope) {
    throw refuse(`only ${env.accScope} can be stored, and ${source.name} is in ${source.scope}`);
  }
  if (target.dtype !== env.outDtype) {
    throw refuse(
      `a store writes ${env.outDtype} values, and ${target.name} has ${target.dtype}; convert the ` +
        `copied values with .astype(env.outDtype)`,
    );
  }
  checkCompact(source, refuse);
  const block = env.BATCH * env.BLOCK_OUT;
  const { xSize, ySize, xStride, offset } = rectangleOf(target, block, false, refuse);
  const call = tir.callExtern(
    "int32",
    "VTAStoreBuffer2D",
    commandHandle(),
    source.accessPtr("r", { ptrType: "int32" }),
    MEM_ID.OUT,
    target.data,
    offset,
    xSize,
    ySize,
    xStride,
  );
  return onStage(QID.STORE_OUT, new tir.Evaluate(call));
}

function load(copy: transforms.Copy, env: Environment, refuse: Refuse): tir.Stmt {
  const { source, target } = copy;
  const memory = memoryOf(target.scope, env, refuse);
  checkCompact(target, refuse);
  const { padValue } = copy;
  if (padValue !== undefined && !tir.isZero(padValue)) {
    throw refuse(`it is padded with ${tir.reprExpr(padValue)}; a load pads with zeros`);
  }
  const padded = copy.padBefore.length > 0;
  const { xSize, ySize, xStride, offset } = rectangleOf(source, memory.block, padded, refuse);
  const call = tir.callExtern(
    "int32",
    "VTALoadBuffer2D",
    commandHandle(),
    source.data,
    offset,
    xSize,
    ySize,
    xStride,
    ...paddingOf(copy, refuse),
    target.accessPtr("r", { ptrType: "int32" }),
    memoryFor(source, memory, env, refuse),
  );
  return onStage(memory.stage, new tir.Evaluate(call));
}

function memoryOf(scope: string, env: Environment, refuse: Refuse): TransferMemory {
  const { BATCH, BLOCK_IN, BLOCK_OUT } = env;
  switch (scope) {
    case env.accScope:
      return { id: MEM_ID.ACC, dtype: env.accDtype, block: BATCH * BLOCK_OUT, stage: QID.LOAD_OUT };
    case env.inpScope:
      return { id: MEM_ID.INP, dtype: env.inpDtype, block: BATCH * BLOCK_IN, stage: QID.LOAD_INP };
    case env.wgtScope:
      return {
        id: MEM_ID.WGT,
        dtype: env.wgtDtype,
        block: BLOCK_OUT * BLOCK_IN,
        stage: QID.LOAD_WGT,
      };
    default: {
      const near = nearName(scope, [env.accScope, env.inpScope, env.wgtScope]);
      throw refuse(
        `${scope} is not a memory of the accelerator; it has ${env.accScope}, ${env.inpScope} and ` +
          env.wgtScope +
          (near === undefined ? "" : `; write setScope("${near}")`),
      );
    }
  }
}

/**
 * The memory's number, which also determines the elements' type in DRAM: 32-bit accumulators can be loaded
 * from bytes.
 */
function memoryFor(
  source: tir.Buffer,
  memory: TransferMemory,
  env: Environment,
  refuse: Refuse,
): number {
  if (source.dtype === memory.dtype) return memory.id;
  const takesBytes = memory.id === MEM_ID.ACC && env.ACC_WIDTH === 32;
  if (takesBytes && source.dtype === "int8") return MEM_ID.ACC_8BIT;
  throw refuse(
    `the memory is loaded with ${memory.dtype}${takesBytes ? " or int8" : ""} values, and ` +
      `${source.name} has ${source.dtype}`,
  );
}

/** Elements of padding around rows and columns, in the runtime's order. */
function paddingOf(
  { padBefore, padAfter }: transforms.Copy,
  refuse: Refuse,
): readonly (tir.PrimExpr | number)[] {
  if (padBefore.length === 0) return [0, 0, 0, 0];
  const [yBefore, xBefore, ...insideBefore] = padBefore;
  const [yAfter, xAfter, ...insideAfter] = padAfter;
  if (![...insideBefore, ...insideAfter].every(tir.isZero)) {
    throw refuse("the values inside a block cannot be padded");
  }
  return [xBefore!, yBefore!, xAfter!, yAfter!];
}
