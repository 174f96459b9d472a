/** MIME bundles: an object as our private JSON, HTML and plain text. */

import { elementCount, plural } from "../support";
import type { IRModule, PrimFunc, Stmt } from "../ir";
import type { LowerTrace } from "../pass";
import type { Schedule, Stage } from "../te";
import type { ColorScale } from "./color-scale";
import { irHtml } from "./html";
import { irView } from "./ir-view";
import { mimeTypes, type MimeBundle } from "./mime";
import { passHtml } from "./pass-html";
import { passView } from "./pass-view";
import { plotlyFigure } from "./plotly";
import { scheduleHtml } from "./schedule-html";
import { scheduleView, type MemorySizes } from "./schedule-view";
import type { Reduced } from "./downsample";
import { compareTensors, tensorDiffView, type Tolerance } from "./tensor-diff-view";
import { tensorDiffHtml, tensorHtml, tensorPng } from "./tensor-html";
import { prepareTensor, tensorView, type TensorSource } from "./tensor-view";

/** Lowered code, highlighted. */
export function irBundle(ir: IRModule | PrimFunc | Stmt): MimeBundle {
  const view = irView(ir);
  return {
    [mimeTypes.ir]: view,
    "text/html": irHtml(view.text),
    "text/plain": view.text,
  };
}

/** The passes of a lowering. */
export function passBundle(trace: LowerTrace): MimeBundle {
  const view = passView(trace);
  return {
    [mimeTypes.passes]: view,
    "text/html": passHtml(view),
    "text/plain": String(trace),
  };
}

/** A schedule, or a stage of it. */
export function scheduleBundle(shown: Schedule | Stage, sizes?: MemorySizes): MimeBundle {
  const view = scheduleView(shown, sizes);
  return {
    [mimeTypes.schedule]: view,
    "text/html": scheduleHtml(view),
    "text/plain": String(shown),
  };
}

/**
 * A tensor as a heatmap.
 * @param plain the text for terminals
 * @throws UsageError when the number of values does not match the shape.
 */
export function tensorBundle(source: TensorSource, plain: string): MimeBundle {
  const tensor = prepareTensor(source);
  return {
    [mimeTypes.tensor]: tensorView(tensor),
    ...(tensor.elements.length > 0 && { [mimeTypes.plotly]: plotlyFigure(tensor) }),
    "text/html": tensorHtml(tensor),
    ...pngForm(tensor.reduced, tensor.scale),
    "text/plain": plain,
  };
}

/**
 * The difference of two tensors of the same shape.
 * @throws UsageError when the shapes differ.
 */
export function tensorDiffBundle(
  actual: TensorSource,
  expected: TensorSource,
  tolerance: Tolerance = {},
): MimeBundle {
  const difference = compareTensors(actual, expected, tolerance);
  const { mismatches, shape, reduced, scale } = difference;
  const total = elementCount(shape);
  return {
    [mimeTypes.tensorDiff]: tensorDiffView(difference),
    "text/html": tensorDiffHtml(difference),
    ...(mismatches > 0 && pngForm(reduced, scale)),
    "text/plain":
      mismatches === 0
        ? `all ${plural(total, "element")} agree`
        : `elements that differ: ${mismatches} of ${total}`,
  };
}

/** For printed notebooks: PDFs have pictures, not HTML. */
function pngForm(reduced: Reduced, scale: ColorScale): MimeBundle {
  const png = tensorPng(reduced, scale);
  return png === undefined ? {} : { "image/png": png };
}
