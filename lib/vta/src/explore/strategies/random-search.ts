/** Configurations drawn at random, each once. */

import { UnseenConfigs } from "./unseen";
import { BATCH, type Strategy } from "./strategy";

export const randomSearch: Strategy = {
  name: "random",
  start(problem) {
    const unseen = new UnseenConfigs(problem);
    return { next: () => unseen.draw(BATCH) };
  },
};
