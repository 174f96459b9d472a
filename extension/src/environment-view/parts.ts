/** An environment: its name, what a GEMM multiplies, its memories, its configuration. */

import type { TranslationBundle } from "@jupyterlab/translation";
import { element } from "../dom/controls";
import { bytesText, countText } from "../dom/quantities";
import { table } from "../dom/table";
import type { EnvironmentData } from "./schema";

/** @param withScopes whether there is room for the memories' scopes */
export function environmentParts(
  { model, gemm, memories, config, mock }: EnvironmentData,
  trans: TranslationBundle,
  { withScopes }: { readonly withScopes: boolean },
): HTMLElement[] {
  const { batch, blockIn, blockOut } = gemm;
  const rows = Object.entries(config).map(([key, value]) => [key, String(value)]);
  const all = element("details", "", element("summary", "", trans.__("Configuration")));
  all.append(table(trans.__("Configuration"), [], rows));
  const head = [trans.__("Memory"), trans.__("Size"), trans.__("Elements"), trans.__("An element")];
  return [
    element("p", "jp-tvm-Model", model),
    ...(mock ? [element("p", "", trans.__("Mock: the accelerator does nothing."))] : []),
    element(
      "p",
      "",
      trans.__("A GEMM multiplies %1 × %2 inputs by %3 × %2 weights.", batch, blockIn, blockOut),
    ),
    table(
      trans.__("On-chip memories"),
      withScopes ? [...head, trans.__("Scope")] : head,
      memories.map(({ name, bytes, depth, dtype, shape, scope }) => [
        ...[name, bytesText(bytes), countText(depth), `${dtype} ${shape.join("×")}`],
        ...(withScopes ? [scope ?? ""] : []),
      ]),
    ),
    all,
  ];
}
