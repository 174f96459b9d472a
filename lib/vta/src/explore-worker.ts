/** The program of a worker thread: measures the trials it receives. */

import { ready } from "tvm-ts";
import { explore } from "./index";
import { worker } from "workerpool";

worker({
  async measure(job: Parameters<typeof explore.runJob>[0]) {
    await ready();
    return explore.runJob(job);
  },
});
