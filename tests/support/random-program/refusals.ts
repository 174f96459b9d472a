/**
 * The refusals that a random program may meet: what TVM refuses too, or what a table of
 * docs/deviations.md lists. Any other refusal is a fault.
 */

const ALLOWED: readonly RegExp[] = [
  // A primitive that a stage or an axis does not take.
  /cannot be (inlined|computed inside)/,
  /cannot be (bound to|run in parallel|vectorized|unrolled|fused|reordered|split|tensorized)/,
  /^rfactor of /,
  /^cacheWrite (is for computed tensors|of .* must come before its reduction axes)/,
  /is not a dimension of .*; align one of its op\.axis/,
  /are not neighbours/,
  /it will be unrolled|is bound to .* already/,
  /is a reduction axis and cannot be/,
  /gets other loops, but .* is bound to/,
  // What only the whole schedule shows.
  /is inlined (and has no loops|into)/,
  /cannot prefetch/,
  /has one step only: there is no later one to prefetch for/,
  /but .* uses it outside that loop; compute it at a loop that is around all its consumers/,
  /is no longer a loop/,
  /needs a constant extent/,
  /begins at .* and cannot be bound to/,
  /gives the length of/,
  /loops on the same thread have the same extent/,
  /is to be unrolled, but its extent is not a constant/,
  /cannot be vectorized: it runs from/,
  /has a length that is read from a tensor/,
  // A stage that is split among threads, computed where there are none.
  /^variable vthread is not defined here$/,
  /would take .* steps, more than/,
  /has a length that depends on axis .*, but the loop over .* is inside of it/,
];

export function isAllowedRefusal(sentence: string): boolean {
  return ALLOWED.some((pattern) => pattern.test(sentence));
}
