/** Studies whose trials a front end can inspect: it requests schedule and profile. */

import { view } from "tvm-ts";
import type { Study } from "../explore";
import { LiveObjects, shown } from "./live-objects";

/** The reply: the configuration's schedule and profile, as the output of cells. */
export interface TrialReply {
  readonly request: number;
  readonly schedule: view.MimeBundle;
  readonly profile: view.MimeBundle;
}

const liveStudies = view.perKernel(
  (comms) =>
    new LiveObjects<Study>(comms, "study", (study, index) => {
      const { schedule } = study.space.program(index);
      return { schedule: shown(schedule), profile: shown(study.profile(index)) };
    }),
);

/** The `live` id for requests about a study; empty without a kernel that serves them. */
export function liveStudy(study: Study): { live?: string } {
  const studies = liveStudies();
  return studies === undefined ? {} : { live: studies.keep(study) };
}
