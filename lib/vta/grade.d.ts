export { grade } from "./dist/index";
