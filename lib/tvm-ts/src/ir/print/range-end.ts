import { Add, type PrimExpr } from "../expr";
import { constFold } from "../fold";

/** `min + extent`, folded: the end of a range as it is printed. */
export function endOf(min: PrimExpr, extent: PrimExpr): PrimExpr {
  return constFold.Add(min, extent) ?? new Add(min, extent);
}
