/** Studies whose trials a front end may look at more closely: it asks for schedule and profile. */

import { view } from "tvm-ts";
import type { Study } from "../explore";
import { LiveObjects, shown } from "./live-objects";

/** The answer: what a cell would show of the configuration's schedule and of its profile. */
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

/** The name by which a study can be asked about; nothing where there is no kernel to ask. */
export function liveStudy(study: Study): { live?: string } {
  const studies = liveStudies();
  return studies === undefined ? {} : { live: studies.keep(study) };
}
