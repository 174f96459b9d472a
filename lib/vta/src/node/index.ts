export { defaultConfig, readConfigFile } from "./config-file";
