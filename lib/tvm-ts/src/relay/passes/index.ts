/** Passes over networks. */

export { canonicalizeOps } from "./canonicalize-ops";
export { eliminateCommonSubexpr } from "./eliminate-common-subexpr";
export { foldConstant } from "./fold-constant";
export { backwardFoldScaleAxis } from "./fold-scale-axis";
export { fuseOps } from "./fuse-ops";
export { RelayStep, runRelayPasses, type RelayPass } from "./relay-pass";
export { simplifyExpr } from "./simplify-expr";
export { simplifyInference } from "./simplify-inference";
