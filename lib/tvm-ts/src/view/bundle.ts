/** Outputs: an object with its private JSON, HTML and plain text. */

import { plural } from "../support";
import type { IRModule, PrimFunc, Stmt } from "../ir";
import type { PassRecord } from "../pass";
import { irHtml } from "./html";
import { irView } from "./ir-view";
import { sizeOf } from "./matrix-layout";
import { mimeTypes, type MimeBundle } from "./mime";
import { passHtml } from "./pass-html";
import { passView } from "./pass-view";
import { plotlyFigure } from "./plotly";
import { compareTensors, tensorDiffView, type Tolerance } from "./tensor-diff-view";
import { tensorDiffHtml, tensorHtml } from "./tensor-html";
import { prepareTensor, tensorView, type TensorSource } from "./tensor-view";

/** Lowered code, coloured. */
export function irBundle(ir: IRModule | PrimFunc | Stmt): MimeBundle {
  const view = irView(ir);
  return {
    [mimeTypes.ir]: view,
    "text/html": irHtml(view.text),
    "text/plain": view.text,
  };
}

/** What each pass did. */
export function passBundle(records: readonly PassRecord[]): MimeBundle {
  const view = passView(records);
  const changed = view.steps.filter((step) => step.changed);
  const names = changed.map((step) => `  ${step.name}\n`).join("");
  return {
    [mimeTypes.passes]: view,
    "text/html": passHtml(view),
    "text/plain": `${plural(records.length, "pass", "passes")}, ${changed.length} changed something\n${names}`,
  };
}

/**
 * A tensor as a heatmap.
 * @param plain what a terminal shows
 * @throws UsageError when the number of values is not what the shape says.
 */
export function tensorBundle(source: TensorSource, plain: string): MimeBundle {
  const tensor = prepareTensor(source);
  return {
    [mimeTypes.tensor]: tensorView(tensor),
    ...(tensor.elements.length > 0 && { [mimeTypes.plotly]: plotlyFigure(tensor) }),
    "text/html": tensorHtml(tensor),
    "text/plain": plain,
  };
}

/**
 * Where and by how much two tensors of one shape differ.
 * @throws UsageError when the shapes differ.
 */
export function tensorDiffBundle(
  actual: TensorSource,
  expected: TensorSource,
  tolerance: Tolerance = {},
): MimeBundle {
  const difference = compareTensors(actual, expected, tolerance);
  const { mismatches, shape } = difference;
  const total = sizeOf(shape);
  return {
    [mimeTypes.tensorDiff]: tensorDiffView(difference),
    "text/html": tensorDiffHtml(difference),
    "text/plain":
      mismatches === 0
        ? `all ${plural(total, "element")} agree`
        : `elements that differ: ${mismatches} of ${total}`,
  };
}
