export { host } from "./host";
