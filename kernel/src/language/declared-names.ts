/** The names that a statement declares for those after it. */

import type * as ts from "typescript";

export function declaredNames(compiler: typeof ts, statement: ts.Statement): ts.Identifier[] {
  if (compiler.isVariableStatement(statement)) {
    return statement.declarationList.declarations.flatMap(({ name }) => boundNames(compiler, name));
  }
  if (compiler.isImportDeclaration(statement)) {
    const { name, namedBindings: named } = statement.importClause ?? {};
    const names = name === undefined ? [] : [name];
    if (named === undefined) return names;
    const more = compiler.isNamespaceImport(named) ? [named] : named.elements;
    return [...names, ...more.map((each) => each.name)];
  }
  if (compiler.isFunctionDeclaration(statement) || compiler.isClassDeclaration(statement)) {
    return statement.name === undefined ? [] : [statement.name];
  }
  return [];
}

function boundNames(compiler: typeof ts, name: ts.BindingName): ts.Identifier[] {
  if (compiler.isIdentifier(name)) return [name];
  return name.elements.flatMap((element) =>
    compiler.isBindingElement(element) ? boundNames(compiler, element.name) : [],
  );
}
