export * from "./config";
export * from "./isa";
export * from "./runtime";
export * from "./sim";
