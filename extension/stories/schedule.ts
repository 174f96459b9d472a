/** Schedules: nested stages, inlined ones, a single stage, and ones that cannot be drawn. */

import { view } from "tvm-ts";
import { inlinedScaling, tiledMatmul } from "./programs";
import type { Story } from "./story";

const { schedule } = tiledMatmul();
const matmul = view.scheduleBundle(schedule);
const drawn = matmul[view.mimeTypes.schedule] as view.ScheduleView;

export const scheduleStories: readonly Story[] = [
  { id: "schedule-matmul", source: "s", bundle: matmul },
  {
    id: "schedule-inlined",
    source: "s // one stage is inlined",
    bundle: view.scheduleBundle(inlinedScaling().schedule),
  },
  {
    id: "schedule-stage",
    source: "s.stage(C)",
    bundle: view.scheduleBundle(schedule.stages.at(-1)!),
  },
  {
    id: "schedule-damaged",
    source: "// a stage in a loop that is not there",
    bundle: {
      ...matmul,
      [view.mimeTypes.schedule]: {
        ...drawn,
        stages: drawn.stages.map((stage) => ({ ...stage, loops: [] })),
      },
    },
  },
  {
    id: "schedule-future",
    source: "// made by a newer version",
    bundle: { ...matmul, [view.mimeTypes.schedule]: { ...drawn, version: 2 } },
  },
];
