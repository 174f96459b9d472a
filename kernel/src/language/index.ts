export { LanguageClient } from "./client";
export type {
  CompiledCell,
  CompiledSource,
  Completion,
  Completions,
  Conversion,
  Diagnostic,
  Inspection,
  LineMap,
  Remark,
} from "./messages";
