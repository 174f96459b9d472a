/**
 * The refusals that a random program may cause: those of TVM, and those in the tables of
 * docs/deviations.md. Any other refusal is a fault.
 */

const ALLOWED: readonly RegExp[] = [
  // A primitive that does not apply to a stage or an axis.
  /cannot be (inlined|computed inside)/,
  /cannot be (bound to|run in parallel|vectorized|unrolled|fused|reordered|split|tensorized)/,
  /^rfactor cannot be applied to /,
  /^cacheWrite needs a computed tensor|^call cacheWrite of .* before its reduction axes/,
  /is not a dimension of .*; align one of its op\.axis/,
  /are not neighbours/,
  /it will be unrolled|is bound to .* already/,
  /is a reduction axis and cannot be/,
  /gets new loops, but .* is already bound to/,
  // Found when the whole schedule is lowered.
  /is inlined (and has no loops|into)/,
  /cannot prefetch/,
  /has only one step, so there is no later step to prefetch for/,
  /but .* uses it outside that loop; compute it at a loop that is around all its consumers/,
  /is no longer a loop/,
  /(needs|must have) a constant extent/,
  /begins at .* and cannot be bound to/,
  /gives the extent of/,
  /loops on the same thread have the same extent/,
  /is to be unrolled, but its extent is not a constant/,
  /cannot be vectorized: it runs from/,
  /extent .*is read from a tensor/,
  // A stage that is split among threads, computed outside of threads.
  /^variable vthread is not defined here$/,
  /would take .* steps, more than/,
  /has an extent that depends on axis .*, but the loop over .* is inside of it/,
];

export function isAllowedRefusal(sentence: string): boolean {
  return ALLOWED.some((pattern) => pattern.test(sentence));
}
