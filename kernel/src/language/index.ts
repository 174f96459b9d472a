export { LanguageClient } from "./client";
export type {
  CompiledCell,
  CompiledSource,
  Completion,
  Completions,
  Diagnostic,
  Inspection,
  LineMap,
} from "./messages";
