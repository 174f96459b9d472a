export { CommandQueue, type CommandQueueOptions, type RecordKernel } from "./command-queue";
export { AcceleratorDevice, type MakeAccelerator } from "./accelerator-device";
export { vtaFunctions, type VtaFunctions } from "./runtime-functions";
export { STAGE, type StageNumber } from "./insn-queue";
