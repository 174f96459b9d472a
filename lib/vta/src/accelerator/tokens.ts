/**
 * Synchronization of the stages. Before an instruction starts, it pops a token from each queue that
 * its token bits select; when it is done, it pushes tokens to others.
 */

import type { StageName, TokenName } from "./trace-entry";

/** The token queues, by index: load pushes to `l2g` and compute pops from it, and so on. */
export const TOKEN_QUEUES: readonly TokenName[] = ["l2g", "g2l", "g2s", "s2g"];

const [L2G, G2L, G2S, S2G] = [0, 1, 2, 3];

/** The indices of the queues that an instruction pops from and pushes to. */
export interface TokenExchange {
  readonly popped: readonly number[];
  readonly pushed: readonly number[];
}

/** By stage: the queues of its token bits `popPrev`, `popNext`, `pushPrev`, `pushNext`. */
const QUEUES: Readonly<Record<StageName, readonly (number | undefined)[]>> = {
  load: [undefined, G2L, undefined, L2G],
  compute: [L2G, S2G, G2L, G2S],
  store: [G2S, undefined, S2G, undefined],
};

/**
 * A stage's exchanges by an instruction's four token bits, `popPrev` lowest; undefined if they
 * refer to a stage that does not exist.
 */
export function tokenExchanges(stage: StageName): readonly (TokenExchange | undefined)[] {
  const queues = QUEUES[stage];
  return Array.from({ length: 1 << queues.length }, (_, bits) => {
    const named = queues.map((queue, i) => ((bits >> i) & 1 ? [queue] : []));
    if (named.flat().includes(undefined)) return undefined;
    const [popPrev, popNext, pushPrev, pushNext] = named as number[][];
    return { popped: [...popPrev!, ...popNext!], pushed: [...pushPrev!, ...pushNext!] };
  });
}
