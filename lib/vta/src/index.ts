import { callerFolder, registerLibraryRoot } from "tvm-ts";

export * from "./config";
export * from "./isa";
export * from "./runtime";
export * from "./sim";

registerLibraryRoot(callerFolder(1));
