export { bullmq } from "./bullmq";
export { defaultConfig, readConfigFile } from "./config-file";
export { openRecords, shippedRecords } from "./record-file";
export { workerThreads } from "./worker-threads";
export { bitstreams } from "./bitstreams";
export {
  runRpcServer,
  runRpcTracker,
  runRpcWorker,
  startVtaServer,
  type VtaServerOptions,
} from "./commands";
