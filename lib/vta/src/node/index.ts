export { bullmq } from "./bullmq";
export { defaultConfig, readConfigFile } from "./config-file";
export { openRecords } from "./record-file";
export { workerThreads } from "./worker-threads";
