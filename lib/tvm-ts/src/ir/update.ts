/** Copies of nodes with other values of some fields. */

import { construct, fieldsOf, type Node } from "./shapes";

/** Any of a node's fields. */
export type Changes<N extends Node> = {
  readonly [F in Exclude<keyof N, "kind" | "span" | "hash" | "features" | "size">]?:
    N[F] | undefined;
};

/**
 * `node` with other values of some fields and the same span; the same object if nothing differs.
 */
export function update<N extends Node>(node: N, changes: Changes<N>): N {
  const before = node as unknown as Readonly<Record<string, unknown>>;
  const after = changes as Readonly<Record<string, unknown>>;
  for (const name in after) {
    if (after[name] === before[name]) continue;
    const fields = fieldsOf[node.kind].map((field) =>
      field.name in after ? after[field.name] : before[field.name],
    );
    return construct(node.kind, fields, node.span) as N;
  }
  return node;
}
