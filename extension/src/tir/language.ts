/** IR text as an editor language: colours, folding and indentation. */

import {
  delimitedIndent,
  foldInside,
  foldNodeProp,
  indentNodeProp,
  LanguageSupport,
  LRLanguage,
} from "@codemirror/language";
import { parser } from "./parser";

export const tirLanguage = LRLanguage.define({
  name: "tir",
  parser: parser.configure({
    props: [
      foldNodeProp.add({ "Block Record": foldInside }),
      indentNodeProp.add({ Block: delimitedIndent({ closing: "}", align: false }) }),
    ],
  }),
  languageData: { commentTokens: { line: "#" }, closeBrackets: { brackets: ["(", "[", "{", '"'] } },
});

export function tir(): LanguageSupport {
  return new LanguageSupport(tirLanguage);
}
