export type { Advice } from "./evidence";
export { explainRun } from "./explain";
