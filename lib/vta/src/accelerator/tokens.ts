/**
 * How the stages wait for one another. An instruction takes ("pops") a token from each queue that its
 * token bits name before it starts, and puts one into ("pushes to") others when it is done.
 */

import type { StageName, TokenName } from "./trace-entry";

/** The token queues, by their numbers: `l2g` is filled by load and emptied by compute, and so on. */
export const TOKEN_QUEUES: readonly TokenName[] = ["l2g", "g2l", "g2s", "s2g"];

const [L2G, G2L, G2S, S2G] = [0, 1, 2, 3];

/** The numbers of the queues that an instruction pops from and pushes to. */
export interface TokenExchange {
  readonly popped: readonly number[];
  readonly pushed: readonly number[];
}

/** By stage: what its token bits `popPrev`, `popNext`, `pushPrev`, `pushNext` mean. */
const QUEUES: Readonly<Record<StageName, readonly (number | undefined)[]>> = {
  load: [undefined, G2L, undefined, L2G],
  compute: [L2G, S2G, G2L, G2S],
  store: [G2S, undefined, S2G, undefined],
};

/**
 * A stage's exchanges by an instruction's four token bits, `popPrev` lowest; undefined where they
 * name a stage that there is not.
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
