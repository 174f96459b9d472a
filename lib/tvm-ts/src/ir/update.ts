/** Copies of nodes with other values of some fields. */

import { construct, fieldsOf, fieldValue, type Node } from "./shapes";

/** Any of a node's fields. */
export type Changes<N extends Node> = {
  readonly [F in Exclude<keyof N, "kind" | "span" | "hash" | "features">]?: N[F] | undefined;
};

/**
 * `node` with other values of some fields and the same span; the same object if nothing differs.
 */
export function update<N extends Node>(node: N, changes: Changes<N>): N {
  const values = changes as Readonly<Record<string, unknown>>;
  let changed = false;
  const fields = fieldsOf[node.kind].map((field) => {
    const before = fieldValue(node, field);
    if (!(field.name in values)) return before;
    changed ||= values[field.name] !== before;
    return values[field.name];
  });
  return changed ? (construct(node.kind, fields, node.span) as N) : node;
}
