export { Core } from "./core";
export { FunctionalSimulator, type FunctionalSimulatorOptions } from "./functional-simulator";
