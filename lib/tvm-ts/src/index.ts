export * from "./ir";
export * from "./support";
