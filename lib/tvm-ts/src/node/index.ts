export { host } from "./host";
export * as utils from "./temp-directory";
