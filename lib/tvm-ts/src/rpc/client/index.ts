export { type ConnectionOptions } from "./connection";
export { RemoteArray, RemoteDevice } from "./remote-array";
export { RemoteSession, type ClientHost } from "./remote-session";
