/**
 * Grades programs by their results and their costs, for assignments.
 *
 *     import { grade } from "vta-ts/grade";
 *
 *     grade.total(
 *       grade.sameAs(f, (a, b) => np.add(a, b)).worth(6),
 *       grade.ranOnAccelerator(f, ["alu"]).worth(1),
 *       grade.cycles(f).atMost(4000, { none: 9000 }).worth(3),
 *     );
 *
 * Messages name the class of inputs that failed and what to try, but do not reveal the check.
 */

export { Check, thatHolds, total } from "./check";
export { Cycles, cycles, ranOnAccelerator, type AtMostOptions, type AcceleratorUnit } from "./cost";
export { argumentsOf } from "./program";
export { sameAs, type Reference, type SameAsOptions } from "./same-as";
