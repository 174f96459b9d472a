export { boardFunctions, type BitstreamCache, type BoardFunctions } from "./board";
export { vtaServerFunctions, useTarget } from "./server-functions";
