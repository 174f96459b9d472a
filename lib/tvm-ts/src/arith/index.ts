export { Analyzer, factlessAnalyzer, type FactlessAnalyzer, type RuleObserver } from "./analyzer";
export { elemOffset, flattenedBuffer, makeSlice, makeStrideView } from "./buffer-offset";
export { type ConstIntBound } from "./const-int-bound";
export { deduceBound } from "./deduce-bound";
export { domainTouched } from "./domain-touched";
export { inverseIndexMap, mapIndices, mapRanges, mapShape } from "./map-indices";
export { IntSet, type Domains, type Sign } from "./int-set";
/** @internal */
export { conjuncts } from "./linear-equation";
export { detectClipBound, detectLinearEquation, type ClipBound } from "./linear-equation";
export { type ModularSet } from "./modular-set";
export { type Rule } from "./rewrite/rule";
export { allRules } from "./rewrite/rules";
export { simplifyingMutator } from "./scoped-mutator";
export { evalSet, intersect, union } from "./set-algebra";
