/** Scans: a state computed step by step along its first dimension. */

import { plural, Span, UsageError } from "../support";
import { factlessAnalyzer } from "../arith";
import { IntImm, isZero, IterVar, reprExpr, Range, sub, Var, type PrimExpr } from "../ir";
import type { DeclareOptions } from "./declare";
import { ScanOp } from "./operation";
import { effectiveTag } from "./tag-scope";
import { isTensor, type Tensor } from "./tensor";

export interface ScanOptions extends DeclareOptions {
  /** The tensors that the update reads besides the state. They end the scan's body. */
  readonly inputs?: readonly Tensor[];
}

/**
 * A tensor whose first rows are `init`, and whose row `t` is row `t` of `update`, which may read
 * earlier rows through the placeholder `state`. Arrays declare several states that are computed
 * together.
 *
 *     // running sums of each column
 *     const state = te.placeholder([m, n]);
 *     const init = te.compute([1, n], (_, i) => X(0, i));
 *     const update = te.compute([m, n], (t, i) => state(t.sub(1), i).add(X(t, i)));
 *     const sums = te.scan(init, update, state, { inputs: [X] });
 *
 * @throws UsageError when the types or shapes of the three differ.
 */
export function scan(init: Tensor, update: Tensor, state: Tensor, options?: ScanOptions): Tensor;
export function scan(
  init: readonly Tensor[],
  update: readonly Tensor[],
  state: readonly Tensor[],
  options?: ScanOptions,
): Tensor[];
export function scan(
  init: Tensor | readonly Tensor[],
  update: Tensor | readonly Tensor[],
  state: Tensor | readonly Tensor[],
  options: ScanOptions = {},
): Tensor | Tensor[] {
  const name = options.name ?? "scan";
  const span = Span.capture();
  const inits = listOf(init);
  const updates = listOf(update);
  const states = listOf(state);
  if (inits.length !== updates.length || inits.length !== states.length) {
    throw new UsageError(
      "te-scan",
      `the scan ${name} has ${plural(inits.length, "init")}, ${plural(updates.length, "update")} ` +
        `and ${plural(states.length, "state")}; pass the same number of each`,
    );
  }
  for (const tensor of [...inits, ...updates, ...states]) {
    if (isTensor(tensor)) continue;
    throw new UsageError("te-scan", `the scan ${name} needs tensors, not ${String(tensor)}`);
  }
  inits.forEach((_, i) => checkState(name, inits[i]!, updates[i]!, states[i]!));
  const begin = inits[0]!.shape[0]!;
  const dom = new Range(begin, sub(updates[0]!.shape[0]!, begin));
  const scanAxis = new IterVar(dom, new Var(`${name}.idx`), "Ordered", "", span);
  const spatialAxis = updates.flatMap((tensor, i) =>
    tensor.shape.slice(1).map((extent, k) => {
      const axis = new Var(`${name}.out${i}.i${k + 1}`);
      return new IterVar(new Range(new IntImm(0), extent), axis, "Opaque", "", span);
    }),
  );
  const op = new ScanOp(
    { name, tag: effectiveTag(options.tag), attrs: options.attrs, span },
    scanAxis,
    spatialAxis,
    inits,
    updates,
    states,
    options.inputs ?? [],
  );
  return Array.isArray(init) ? [...op.outputs] : op.output(0);
}

function listOf(tensors: Tensor | readonly Tensor[]): readonly Tensor[] {
  return Array.isArray(tensors) ? (tensors as readonly Tensor[]) : [tensors as Tensor];
}

function checkState(name: string, init: Tensor, update: Tensor, state: Tensor): void {
  const mismatch = (what: string): UsageError =>
    new UsageError("te-scan", `the scan ${name}: ${what}`, {
      notes: [init, update, state].map((tensor) => ({
        text: `${tensor.name} was declared here`,
        span: tensor.op.span,
      })),
    });
  if (init.dtype !== state.dtype || update.dtype !== state.dtype) {
    throw mismatch(
      `init, update and state have types ${init.dtype}, ${update.dtype} and ${state.dtype}`,
    );
  }
  if (init.ndim !== state.ndim || update.ndim !== state.ndim || state.ndim === 0) {
    throw mismatch(
      `init, update and state have ${init.ndim}, ${update.ndim} and ${state.ndim} dimensions`,
    );
  }
  const analyzer = factlessAnalyzer();
  const differ = (a: PrimExpr, b: PrimExpr): boolean => !isZero(analyzer.simplify(sub(a, b)));
  state.shape.forEach((extent, dim) => {
    for (const tensor of dim === 0 ? [update] : [update, init]) {
      if (!differ(tensor.shape[dim]!, extent)) continue;
      throw mismatch(
        `dimension ${dim} of ${tensor.name} is ${reprExpr(tensor.shape[dim]!)}, that of the ` +
          `state ${reprExpr(extent)}`,
      );
    }
  });
}
