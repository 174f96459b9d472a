export * from "../../lib/vta/dist/index.js";
