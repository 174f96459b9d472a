/**
 * Computes equal calls once. Casts to int32 are not shared: they are cheaper than a stored copy.
 */

import type { Call, Expr } from "../relay-expr";
import { rewriteBody } from "../visit";
import type { RelayPass } from "./relay-pass";

export const eliminateCommonSubexpr: RelayPass = {
  name: "EliminateCommonSubexpr",
  doc: "computes equal calls once",
  run(func) {
    const callsByKey = new Map<string, Call[]>();
    return rewriteBody(func, (_, rebuilt) => {
      if (rebuilt.kind !== "call" || rebuilt.op.kind !== "op" || rebuilt.args.length === 0) {
        return rebuilt;
      }
      if (rebuilt.op.name === "cast" && rebuilt.attrs["dtype"] === "int32") return rebuilt;
      const key = JSON.stringify([rebuilt.op.name, rebuilt.attrs]);
      const candidates = callsByKey.get(key) ?? [];
      const twin = candidates.find((call) =>
        call.args.every((arg, i) => sameOperand(arg, rebuilt.args[i]!)),
      );
      if (twin !== undefined) return twin;
      callsByKey.set(key, [...candidates, rebuilt]);
      return rebuilt;
    });
  },
};

function sameOperand(a: Expr, b: Expr): boolean {
  if (a === b) return true;
  if (a.kind !== "constant" || b.kind !== "constant") return false;
  const scalars = a.type.shape.length === 0 && b.type.shape.length === 0;
  return scalars && a.type.dtype === b.type.dtype && a.value.data[0] === b.value.data[0];
}
