export { host } from "./node-host";
export { exposureWarning } from "./listen";
export { startServer, type RpcServerOptions, type RunningServer } from "./rpc-server";
export { startTracker, type RpcTrackerOptions, type RunningTracker } from "./rpc-tracker";
export { serveAsWorker, type WorkerOptions } from "./rpc-worker";
export * as utils from "./temp-directory";
