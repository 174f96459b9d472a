export { jobOf, runJob, type Job } from "./job";
export { thisThread } from "./this-thread";
