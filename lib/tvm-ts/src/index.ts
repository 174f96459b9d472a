export * from "./ir";
