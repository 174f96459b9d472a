export { LocalArray, LocalDevice, LocalSession, type LocalMachine } from "./local-session";
export type {
  Session,
  SessionArgument,
  SessionArray,
  SessionDevice,
  SessionFunction,
  SessionModule,
} from "./session";
