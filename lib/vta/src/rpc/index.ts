export { boardFunctions, type BitstreamCache, type BoardFunctions } from "./board";
export { serverFunctions, useTarget } from "./server-functions";
