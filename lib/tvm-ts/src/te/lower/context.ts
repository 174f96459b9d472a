/** The inputs for lowering one stage. */

import {
  BufferLoad,
  BufferStore,
  Feature,
  hasFeature,
  mutator,
  someNode,
  substitute,
  type Buffer,
  type IterVar,
  type PrimExpr,
  type ProducerLoad,
  type Stmt,
  type Var,
} from "../../ir";
import type { InferredBounds } from "../schedule/infer-bound";
import { boundChecks } from "../schedule/bound-checks";
import type { AxisDomains } from "../schedule/message-passing";
import type { Stage } from "../schedule/stage";
import type { Tensor } from "../tensor";
import type { Attach } from "./frames";

/** The memory of tensors. */
export interface TensorMemory {
  bufferOf(tensor: Tensor): Buffer;
  /** Whether the tensor is stored in the memory of a scan's output. */
  isPart(tensor: Tensor): boolean;
}

/** The value of each axis, in terms of loop variables. */
export type AxisValues = Map<IterVar, PrimExpr>;

export class StageContext {
  constructor(
    readonly stage: Stage,
    readonly bounds: InferredBounds,
    private readonly memory: TensorMemory,
    /** The thread axes launched around the stage. */
    readonly launched: ReadonlySet<IterVar>,
    /** The axes at which other stages are computed. */
    readonly attach: Attach,
    /** Keeps loops of one step, to inspect the result of bound inference. */
    readonly keepTrivialLoops: boolean,
  ) {}

  get domains(): AxisDomains {
    return this.bounds.domains;
  }

  bufferOf(tensor: Tensor): Buffer {
    return this.memory.bufferOf(tensor);
  }

  /** See `TensorMemory`. */
  isPart(tensor: Tensor): boolean {
    return this.memory.isPart(tensor);
  }

  /** See `boundChecks`. */
  boundChecks(
    values: AxisValues,
    options: { readonly ownDomainOnly?: boolean; readonly skip?: ReadonlySet<IterVar> } = {},
  ): PrimExpr[] {
    const visible = (exprs: readonly PrimExpr[]): AxisDomains =>
      this.bounds.visibleTo(this.stage, exprs);
    return boundChecks(this.stage, this.domains, visible, values, options);
  }

  /** Axes replaced by their values, and tensors by their buffers, in an expression. */
  rewriter(values: AxisValues): (expr: PrimExpr) => PrimExpr {
    const byVar = varValues(values);
    const load = (node: ProducerLoad, indices: readonly PrimExpr[]): PrimExpr =>
      new BufferLoad(this.bufferOf(node.producer as Tensor), indices, node.span);
    // A value may read a loop's extent from a tensor, at axes that have values in turn.
    const ofValue = mutator({ ProducerLoad: (node) => load(node, node.indices.map(recurOn)) });
    const readsLength = this.stage.op.reduceAxis.some(({ dom }) => dom && readsTensor(dom.extent));
    const recur = mutator({
      Var(variable) {
        const value = byVar.get(variable);
        return value === undefined || !readsLength ? value : ofValue(value);
      },
      ProducerLoad: (node, inner) => load(node, inner.children(node).indices),
    });
    function recurOn(expr: PrimExpr): PrimExpr {
      return recur(expr);
    }
    return (expr) => recur(expr);
  }

  /** The same for a statement that the user wrote. */
  rewriteStmt(stmt: Stmt, values: AxisValues): Stmt {
    const replaced = substitute(stmt, varValues(values));
    return mutator({
      ProducerLoad: (load, recur) =>
        new BufferLoad(
          this.bufferOf(load.producer as Tensor),
          recur.children(load).indices,
          load.span,
        ),
    })(replaced);
  }

  /** The element of an output at the operation's own axes. */
  store(tensor: Tensor, value: PrimExpr, indices: readonly PrimExpr[]): BufferStore {
    return new BufferStore(this.bufferOf(tensor), value, indices, tensor.op.span);
  }
}

/** Whether an expression reads a tensor. */
export function readsTensor(expr: PrimExpr): boolean {
  return (
    hasFeature(expr, Feature.Element) && someNode(expr, (node) => node.kind === "ProducerLoad")
  );
}

function varValues(values: AxisValues): ReadonlyMap<Var, PrimExpr> {
  return new Map([...values].map(([axis, value]) => [axis.var_, value]));
}
