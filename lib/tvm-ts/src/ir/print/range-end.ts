import { Add, type PrimExpr } from "../expr";
import { constFold } from "../fold";

/** The printed end of a range: `min + extent`, folded. */
export function endOf(min: PrimExpr, extent: PrimExpr): PrimExpr {
  // A zero may be of another type.
  if (min.kind === "IntImm" && min.value === 0) return extent;
  return constFold.Add(min, extent) ?? new Add(min, extent);
}
