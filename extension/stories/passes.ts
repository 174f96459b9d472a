/** What passes did: to a whole program, to nothing, and such as cannot be drawn. */

import { lower, view } from "tvm-ts";
import { tiledMatmul } from "./programs";
import type { Story } from "./story";

const { schedule, args } = tiledMatmul();
const matmul = view.passBundle(lower(schedule, args, { trace: true }));
const drawn = matmul[view.mimeTypes.passes] as view.PassView;

function changed(change: object): view.MimeBundle {
  return { ...matmul, [view.mimeTypes.passes]: { ...drawn, ...change } };
}

export const passStories: readonly Story[] = [
  {
    id: "passes-matmul",
    source: "tvm.lower(s, [A, B, C], { trace: true })",
    bundle: matmul,
  },
  { id: "passes-none", source: "// no pass ran", bundle: changed({ steps: [], texts: [] }) },
  {
    id: "passes-damaged",
    source: "// texts that are not there",
    bundle: changed({ texts: drawn.texts.slice(0, 2) }),
  },
  { id: "passes-future", source: "// made by a newer version", bundle: changed({ version: 2 }) },
];
