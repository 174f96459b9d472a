export type { CellEnd, Evaluator, EvaluatorListener } from "./evaluator";
export { Kernel } from "./kernel";
