/**
 * Passes of the reference's pipeline that change nothing here. They keep their position and name, so
 * that the two pipelines can be compared line by line. Their descriptions name what they apply to.
 */

import type { FunctionPass } from "../pass";

function inert(name: string, doc: string): FunctionPass {
  return { name, doc, run: (func) => func };
}

const BLOCKS = "works on TensorIR blocks, which schedules of tensor expressions do not make.";

export const lowerCrossThreadReduction = inert(
  "tir.LowerCrossThreadReduction",
  `Makes block reductions over threads explicit: ${BLOCKS}`,
);
export const lowerInitBlock = inert(
  "tir.LowerInitBlock",
  `Turns the init statement of a block into a condition: ${BLOCKS}`,
);
export const planAndUpdateBufferAllocationLocation = inert(
  "tir.PlanAndUpdateBufferAllocationLocation",
  `Moves allocations to the block that needs them: ${BLOCKS}`,
);
export const convertBlocksToOpaque = inert(
  "tir.ConvertBlocksToOpaque",
  `Substitutes the values of block variables: ${BLOCKS}`,
);
export const manifestSharedMemoryLocalStage = inert(
  "tir.ManifestSharedMemoryLocalStage",
  `Copies shared memory by way of local memory: ${BLOCKS}`,
);
export const compactBufferAllocation = inert(
  "tir.CompactBufferAllocation",
  `Shrinks the buffers of a block to the accessed region: ${BLOCKS}`,
);
export const lowerMatchBuffer = inert(
  "tir.LowerMatchBuffer",
  `Removes views declared by a block: ${BLOCKS}`,
);
export const injectSoftwarePipeline = inert(
  "tir.InjectSoftwarePipeline",
  `Overlaps the stages of an annotated loop: ${BLOCKS}`,
);
