/** Every configuration, in order. */

import { BATCH, type Strategy } from "./strategy";

export const exhaustive: Strategy = {
  name: "exhaustive",
  start({ configs, isAllowed }) {
    let position = 0;
    return {
      next() {
        const batch: number[] = [];
        for (; position < configs.size && batch.length < BATCH; position++) {
          if (isAllowed(position)) batch.push(position);
        }
        return batch;
      },
    };
  },
};
