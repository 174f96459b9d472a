/** The origin of a function. */

import { isConstInt, isExpr, type PrimFunc } from "../../ir";

/** Whether the function was made from a `te` schedule. */
export function isFromSchedule(func: PrimFunc): boolean {
  const mark = func.attrs["from_legacy_te_schedule"];
  return isExpr(mark) ? !isConstInt(mark, 0) : mark === true;
}
