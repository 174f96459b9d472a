/** Unique C identifiers for variables: their own names where possible. */

import type { Var } from "../../ir";

const KEYWORDS = new Set(
  (
    "auto break case char const continue default do double else enum extern float for goto if " +
    "inline int long register restrict return short signed sizeof static struct switch typedef " +
    "union unsigned void volatile while args arg_type_ids num_args out_ret_value out_ret_tcode " +
    "resource_handle values main"
  ).split(" "),
);

export class Names {
  private readonly names = new Map<Var, string>();
  private readonly taken = new Set<string>();

  /** The name of a variable, chosen on first use. */
  nameFor(variable: Var): string {
    let name = this.names.get(variable);
    if (name === undefined) this.names.set(variable, (name = this.fresh(variable.name)));
    return name;
  }

  /** An unused name, made from `hint`. */
  fresh(hint: string): string {
    let base = hint.replace(/[^A-Za-z0-9_]/g, "_").replace(/^(?=\d)/, "_");
    if (base === "" || KEYWORDS.has(base)) base += "_";
    let name = base;
    for (let i = 1; this.taken.has(name); i++) name = `${base}_${i}`;
    this.taken.add(name);
    return name;
  }
}
