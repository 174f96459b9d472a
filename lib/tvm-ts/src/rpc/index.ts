export { dtype, float } from "./argument";
export {
  RemoteArray,
  RemoteDevice,
  RemoteSession,
  type ClientHost,
  type ConnectionOptions,
} from "./client";
export {
  BadPacketError,
  ConnectionLostError,
  KeyRefusedError,
  RemoteError,
  RpcTimeoutError,
  SessionClosedError,
  sentenceOf,
} from "./rpc-errors";
export { LocalArray, LocalDevice } from "./local-device";
export { LocalSession, type LocalMachine } from "./local-session";
export {
  answerHello,
  ByteStream,
  LIMITS,
  readHello,
  refuseHello,
  type Transport,
} from "./protocol";
export * from "./server";
export * from "./tracker";
export type {
  Session,
  SessionArgument,
  SessionArray,
  SessionDevice,
  SessionFunction,
  SessionModule,
  SessionValue,
} from "./session";
