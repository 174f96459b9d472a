export * from "./config";
export * from "./isa";
