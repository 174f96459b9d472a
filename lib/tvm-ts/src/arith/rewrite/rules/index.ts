/** All rewrite rules, by the kind of node they apply to. */

import type { PatternKind } from "../pattern";
import type { Rule } from "../rule";
import { RuleTable } from "../rule-table";
import { addRules } from "./add";
import { equalRules } from "./equal";
import { floorDivRules } from "./floor-division";
import { floorModRules } from "./floor-remainder";
import { lessRules } from "./less";
import { andRules, notRules, orRules, selectRules } from "./logic";
import { maxRules } from "./max";
import { minRules } from "./min";
import { mulRules } from "./mul";
import { subRules } from "./sub";
import { truncDivRules } from "./truncated-division";
import { truncModRules } from "./truncated-remainder";

/** The operators that have rules. */
export type RewrittenKind = Exclude<PatternKind, "NE" | "LE" | "GT" | "GE" | "Ramp" | "Broadcast">;

export const rules: Readonly<Record<RewrittenKind, RuleTable>> = {
  Add: new RuleTable(addRules),
  Sub: new RuleTable(subRules),
  Mul: new RuleTable(mulRules),
  Div: new RuleTable(truncDivRules),
  Mod: new RuleTable(truncModRules),
  FloorDiv: new RuleTable(floorDivRules),
  FloorMod: new RuleTable(floorModRules),
  Min: new RuleTable(minRules),
  Max: new RuleTable(maxRules),
  EQ: new RuleTable(equalRules),
  LT: new RuleTable(lessRules),
  Not: new RuleTable(notRules),
  And: new RuleTable(andRules),
  Or: new RuleTable(orRules),
  Select: new RuleTable(selectRules),
};

/** All rules, of all operators. */
export function allRules(): readonly Rule[] {
  return Object.values(rules).flatMap((table) => table.all);
}
