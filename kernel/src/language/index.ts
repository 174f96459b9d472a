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
} from "./messages";
