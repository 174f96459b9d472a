/**
 * The highlighting tags of the IR text's syntax.
 *
 * JupyterLab's theme has no colour for type names or function calls, so types also have the tag of built-in
 * names, and operators that of special names.
 */

import { styleTags, tags as t } from "@lezer/highlight";

export const highlighting = styleTags({
  "primfn attr let in for while if else allocate assert realize producer_realize prefetch":
    t.keyword,
  "Pointer Buffer DataProducer": t.keyword,
  TypeName: [t.typeName, t.standard(t.variableName)],
  GlobalName: t.special(t.variableName),
  Identifier: t.variableName,
  "Call/Identifier": t.standard(t.variableName),
  "Definition/Identifier": t.definition(t.variableName),
  "PropertyName/Identifier HeaderField/attr": t.propertyName,
  Number: t.number,
  String: t.string,
  Boolean: t.bool,
  Comment: t.comment,
  "InfixOperator =": t.operator,
  "( )": t.paren,
  "[ ]": t.squareBracket,
  "{ }": t.brace,
  ", : ;": t.separator,
});
