/** Where a function comes from. */

import { isConstInt, isExpr, type PrimFunc } from "../../ir";

/** Whether a `te` schedule was made into this function. */
export function isFromSchedule(func: PrimFunc): boolean {
  const mark = func.attrs["from_legacy_te_schedule"];
  return isExpr(mark) ? !isConstInt(mark, 0) : mark === true;
}
