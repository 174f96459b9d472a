export { TargetRegistry, type TargetKind } from "./registry";
export { standardTargets } from "./standard";
export { Target, type TargetOptions } from "./target";
