export { grade } from "./dist/library";
