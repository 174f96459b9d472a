export { LanguageClient } from "./client";
export type {
  CompiledCell,
  CompiledSource,
  Completion,
  Completions,
  Conversion,
  Diagnostic,
  Inspection,
  LanguageAnswer,
  LanguageQuestion,
  LanguageThread,
  LineMap,
  Remark,
} from "./messages";
