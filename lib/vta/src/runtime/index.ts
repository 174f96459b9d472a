export { CommandQueue, type CommandQueueOptions, type RecordKernel } from "./command-queue";
export { AcceleratorDevice, type MakeAccelerator } from "./device";
export { vtaFunctions, type VtaFunctions } from "./functions";
export { STAGE, type Stage } from "./insn-queue";
