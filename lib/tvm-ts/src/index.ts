import { installDisplays } from "./view";

export * from "./ir";
export * from "./support";
export * as view from "./view";

installDisplays();
