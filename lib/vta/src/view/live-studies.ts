/**
 * Studies whose trials a front end may look at more closely: it asks for the schedule and the profile
 * of a configuration. A kernel that offers comms (`jupyter.comm`, see docs/cells.md) takes the
 * questions; anywhere else nothing is kept.
 */

import { TvmError, view } from "tvm-ts";
import type { Study } from "../explore";

/** The comm's target: a front end opens one for a study, naming it by `{ study: id }`. */
const STUDY_TARGET = "tvm-vta.study";

/** A question about a configuration, `request` being the question's number. */
export interface TrialRequest {
  readonly request: number;
  readonly index: number;
}

/** The answer: what a cell would show of the configuration's schedule and of its profile. */
export interface TrialReply {
  readonly request: number;
  readonly schedule: view.MimeBundle;
  readonly profile: view.MimeBundle;
}

/** The answer where the configuration cannot be built. */
export interface TrialRefusal {
  readonly request: number;
  readonly error: string;
}

/** Studies that are kept; the one shown longest ago goes first. */
const KEPT = 16;

class LiveStudies {
  private readonly kept = new Map<string, Study>();

  constructor(comms: view.KernelComms) {
    comms.register(STUDY_TARGET, (comm, { data }) => {
      const { study: id } = data as { study?: unknown };
      const study = typeof id === "string" ? this.kept.get(id) : undefined;
      if (study === undefined) comm.close();
      else
        comm.onMessage(({ data: request }) =>
          comm.send(trialReply(study, request as TrialRequest)),
        );
    });
  }

  keep(study: Study): string {
    for (const [id, known] of this.kept) if (known === study) return id;
    const id = globalThis.crypto.randomUUID();
    this.kept.set(id, study);
    if (this.kept.size > KEPT) this.kept.delete([...this.kept.keys()][0]!);
    return id;
  }
}

function trialReply(study: Study, { request, index }: TrialRequest): TrialReply | TrialRefusal {
  try {
    const { schedule } = study.space.program(index);
    return { request, schedule: shown(schedule), profile: shown(study.profile(index)) };
  } catch (error) {
    if (!(error instanceof TvmError)) throw error;
    return { request, error: error.message };
  }
}

function shown(value: object): view.MimeBundle {
  const display = (value as Record<symbol, () => view.MimeBundle>)[Symbol.for("Jupyter.display")]!;
  return display.call(value);
}

const liveStudies = view.perKernel((comms) => new LiveStudies(comms));

/** The name by which a study can be asked about; nothing where there is no kernel to ask. */
export function liveStudy(study: Study): { live?: string } {
  const studies = liveStudies();
  return studies === undefined ? {} : { live: studies.keep(study) };
}
