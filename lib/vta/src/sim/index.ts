export { Core, FunctionalSimulator, type FunctionalSimulatorOptions } from "./functional";
export * from "./cycle";
