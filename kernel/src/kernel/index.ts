export { EvaluatorProcess } from "./evaluator-process";
export { Kernel } from "./kernel";
