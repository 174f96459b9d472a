/** Finds the rules that can apply to a node by the kinds of the node and its operands. */

import { dtypeInfo, isIndexType, type DataType, type PrimExpr } from "../../ir";
import type { Rule, RuleSet } from "./rule";

const NO_RULES: readonly Rule[] = [];

/** The rules of one operator. */
export class RuleTable {
  /** By the operands' type and the kinds of the first and second operand; filled on first use. */
  private readonly tables = new Map<string, Map<string, Map<string, readonly Rule[]>>>();

  constructor(private readonly rules: RuleSet) {}

  /** The rules for operands of `type`, the first two of these kinds, in order. */
  rulesFor(type: DataType, first: PrimExpr["kind"], second: PrimExpr["kind"]): readonly Rule[] {
    let byFirst = this.tables.get(type);
    if (byFirst === undefined) this.tables.set(type, (byFirst = new Map()));
    let bySecond = byFirst.get(first);
    if (bySecond === undefined) byFirst.set(first, (bySecond = new Map()));
    let rules = bySecond.get(second);
    if (rules === undefined) {
      rules = this.select(type).filter((rule) => rule.canMatch(first, second));
      bySecond.set(second, rules);
    }
    return rules;
  }

  /** The rules for one type of operands. */
  rulesOfSort(sort: keyof RuleSet): readonly Rule[] {
    return this.rules[sort] ?? NO_RULES;
  }

  get all(): readonly Rule[] {
    const { vector, index, float, any } = this.rules;
    return [vector, index, float, any].flatMap((rules) => rules ?? NO_RULES);
  }

  private select(type: DataType): readonly Rule[] {
    const { vector, index, float, any } = this.rules;
    const { code, lanes } = dtypeInfo(type);
    return [
      ...((lanes !== 1 && vector) || NO_RULES),
      ...((isIndexType(type) && index) || NO_RULES),
      ...((code === "float" && float) || NO_RULES),
      ...(any ?? NO_RULES),
    ];
  }
}
