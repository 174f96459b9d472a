/**
 * Writes `src/ir/children.generated.ts`, made from the table of shapes: for each kind of node, straight-line code that
 * visits or maps its children. Code for one kind reads fields of one class, which a JavaScript engine
 * compiles to loads at fixed places; a loop over the table's fields reads them by name.
 *
 *     npm run children -w tvm-ts
 *
 * The result is kept in the repository; a test makes it again and compares.
 */

import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { format, resolveConfig } from "prettier";
import * as statements from "../src/ir/stmt";
import { shapes, type Kind, type Role } from "../src/ir/shapes";

/** The statement that visits a field, by role; fields of other roles have no children. */
const VISIT: Partial<Record<Role, (field: string) => string>> = {
  expr: (field) => `visit(${field});`,
  stmt: (field) => `visit(${field});`,
  "stmt?": (field) => `if (${field} !== undefined) visit(${field});`,
  exprs: (field) => `for (const child of ${field}) visit(child);`,
  stmts: (field) => `for (const child of ${field}) visit(child);`,
  ranges: (field) => `forEachBound(${field}, visit);`,
  reduceAxes: (field) => `forEachDomain(${field}, visit);`,
  attrNode: (field) => `if (isExpr(${field})) visit(${field});`,
  annotations: (field) => `for (const key in ${field}) visit(${field}[key]!);`,
};

/** The expression that maps a field, by role. */
const MAP: Partial<Record<Role, (field: string) => string>> = {
  expr: (field) => `map(${field})`,
  stmt: (field) => `map(${field})`,
  "stmt?": (field) => `${field} && map(${field})`,
  exprs: (field) => `mapArray<PrimExpr>(${field}, map)`,
  stmts: (field) => `mapArray<Stmt>(${field}, map)`,
  ranges: (field) => `mapBounds(${field}, map)`,
  reduceAxes: (field) => `mapDomains(${field}, map)`,
  attrNode: (field) => `isExpr(${field}) ? map(${field}) : ${field}`,
  annotations: (field) => `mapAnnotations(${field}, map)`,
};

type Fields = readonly (readonly [name: string, role: Role])[];

const kinds = Object.entries(shapes).map(
  ([kind, shape]) => [kind as Kind, Object.entries(shape) as Fields] as const,
);
const isParent = (fields: Fields): boolean => fields.some(([, role]) => role in VISIT);
const labels = (of: (kind: Kind, fields: Fields) => boolean): string =>
  kinds
    .filter(([kind, fields]) => of(kind, fields))
    .map(([kind]) => `case "${kind}":`)
    .join("\n");

function visitCase(kind: Kind, fields: Fields): string {
  const visits = fields.map(([name, role]) => VISIT[role]?.(`parent.${name}`) ?? "");
  return `case "${kind}":\n${visits.join("\n")}\nreturn;`;
}

function mapCase(kind: Kind, fields: Fields): string {
  const mapped = fields.filter(([, role]) => role in MAP);
  const values = mapped.map(([name, role]) => `const ${name} = ${MAP[role]!(`parent.${name}`)};`);
  const same = mapped.map(([name]) => `${name} === parent.${name}`).join(" && ");
  const args = fields.map(([name, role]) => (role in MAP ? name : `parent.${name}`));
  return `case "${kind}": {\n${values.join("\n")}\nreturn ${same} ? parent : new ${kind}(${args.join(", ")}, parent.span);\n}`;
}

// Operators are handled before the switch.
const parents = kinds.filter(([kind, fields]) => isParent(fields) && shapes[kind] !== shapes.Add);
const leaves = labels((_, fields) => !isParent(fields));
const classes = (isStmt: boolean): string =>
  parents
    .map(([kind]) => kind)
    .filter((kind) => kind in statements === isStmt)
    .join(", ");

const source = `/**
 * Visiting and mapping the children of a node, kind by kind. Made from shapes.ts by
 * lib/tvm-ts/scripts/build-children.mts; not edited by hand.
 */

import { forEachBound, forEachDomain, mapAnnotations, mapArray, mapBounds, mapDomains, type MapNode } from "./child-fields";
import { isBinary, isExpr, newOperator, ${classes(false)}, type PrimExpr } from "./expr";
import type { Node } from "./shapes";
import { ${classes(true)}, type Stmt } from "./stmt";

/** Calls \`visit\` with each child of \`parent\`, in field order. */
export function forEachChild(parent: Node, visit: (child: Node) => void): void {
  if (isBinary(parent)) {
    visit(parent.a);
    visit(parent.b);
    return;
  }
  switch (parent.kind) {
    ${leaves}
      return;
    ${parents.map(([kind, fields]) => visitCase(kind, fields)).join("\n")}
  }
}

/**
 * The node with \`map\` applied to each child; the same object if no child changes. Not a function that
 * calls \`mapped\`: that would be one more frame of the stack at each level of a deep program.
 */
export const mapChildren = mapped as <N extends Node>(parent: N, map: (child: Node) => Node) => N;

function mapped(parent: Node, map: MapNode): Node {
  if (isBinary(parent)) {
    const a = map(parent.a);
    const b = map(parent.b);
    return a === parent.a && b === parent.b ? parent : newOperator(parent.kind, a, b, parent.span);
  }
  switch (parent.kind) {
    ${leaves}
      return parent;
    ${parents.map(([kind, fields]) => mapCase(kind, fields)).join("\n")}
  }
}
`;

const target = fileURLToPath(new URL("../src/ir/children.generated.ts", import.meta.url));

/** The text of the generated file. */
export async function buildChildren(): Promise<string> {
  return format(source, { ...(await resolveConfig(target)), filepath: target });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  writeFileSync(target, await buildChildren());
}
