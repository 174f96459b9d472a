import { installDisplays } from "./view";

export * as arith from "./arith";
export * from "./ir";
export * from "./support";
export * as view from "./view";

installDisplays();
