/** Random declarations over grids of whole numbers, of sizes that are constant or bound at the call. */

import { te, tir } from "tvm-ts";
import type { Choices } from "./choices";

export interface Declaration {
  readonly args: readonly te.Tensor[];
  readonly outputs: readonly te.Tensor[];
  /** Everything that is computed. */
  readonly computed: readonly te.Tensor[];
  readonly scans: readonly te.Tensor[];
  readonly sizes: ReadonlyMap<tir.Var, number>;
  readonly inputs: ReadonlyMap<te.Tensor, readonly number[]>;
}

/** An extent, as declared and in the call. */
interface Size {
  readonly extent: tir.PrimExpr;
  readonly value: number;
}

type Element = (i: tir.Var, j: tir.Var) => tir.PrimExpr;

export function declare(choices: Choices): Declaration {
  return new Declarer(choices).run();
}

class Declarer {
  private readonly sizes = new Map<tir.Var, number>();
  private readonly rows: Size;
  private readonly columns: Size;
  private readonly A: te.Tensor;
  private readonly B: te.Tensor;
  private readonly L: te.Tensor;
  /** The tensors of `rows` by `columns` elements. */
  private readonly grids: te.Tensor[];
  private readonly computed: te.Tensor[] = [];
  private readonly scans: te.Tensor[] = [];
  private count = 0;

  constructor(private readonly choices: Choices) {
    this.rows = this.size("n");
    this.columns = this.size("m");
    const [R, C] = [this.rows.extent, this.columns.extent];
    this.A = te.placeholder([R, C], { name: "A", dtype: "int32" });
    this.B = te.placeholder([C, C], { name: "B", dtype: "int32" });
    this.L = te.placeholder([R], { name: "L", dtype: "int32" });
    this.grids = [this.A];
  }

  run(): Declaration {
    const { choices } = this;
    const stages = choices.between(1, 4);
    for (let stage = 0; stage < stages; stage++) this.addStage();
    const last = choices.rarely(5) ? this.part(this.grids.at(-1)!) : this.grids.at(-1)!;
    const ops = new Set<te.Operation>([last.op]);
    if (choices.rarely(4)) {
      const other = choices.of(this.grids);
      if (other !== this.A && other.op !== last.op) {
        ops.add(other.op);
        choices.features.add("several outputs");
      }
    }
    const outputs = [...ops].flatMap((op) => op.outputs);
    const { rows, columns } = this;
    return {
      args: [this.A, this.B, this.L, ...outputs],
      outputs,
      computed: this.computed,
      scans: this.scans,
      sizes: this.sizes,
      inputs: new Map([
        [this.A, this.data(rows.value * columns.value, -9, 9)],
        [this.B, this.data(columns.value * columns.value, -3, 3)],
        [this.L, this.data(rows.value, 0, columns.value)],
      ]),
    };
  }

  private data(count: number, low: number, high: number): number[] {
    let state = (count * 7919 + high * 31 + 17) % 65537;
    return Array.from({ length: count }, () => {
      state = (state * 75 + 74) % 65537;
      return low + (state % (high - low + 1));
    });
  }

  private size(name: string): Size {
    const { choices } = this;
    if (!choices.rarely(2)) {
      const value = choices.between(1, 9);
      return { extent: tir.constant(value), value };
    }
    const value = choices.between(1, 12);
    const extent = te.var(name);
    this.sizes.set(extent, value);
    choices.features.add(value === 1 ? "variable size 1" : "variable size");
    return { extent, value };
  }

  /** Often the last, so that chains become long. */
  private source(): te.Tensor {
    return this.choices.rarely(3) ? this.choices.of(this.grids) : this.grids.at(-1)!;
  }

  private grid(element: Element): te.Tensor {
    const shape = [this.rows.extent, this.columns.extent];
    const tensor = te.compute(shape, (i, j) => element(i, j), `T${++this.count}`);
    this.grids.push(tensor);
    this.computed.push(tensor);
    return tensor;
  }

  private addStage(): void {
    const { choices, B, L } = this;
    const [R, C] = [this.rows.extent, this.columns.extent];
    const s = this.source();
    const t = this.source();
    const k = te.reduceAxis([0, C], "k");
    choices.feature<unknown>({
      pointwise: () => this.grid((i, j) => s(i, j).mul(3).add(i).sub(j.mul(2))),
      "two reads": () => this.grid((i, j) => s(i, j).add(t(i, j).mul(2))),
      "guarded shift": () =>
        choices.rarely(2)
          ? this.grid((i, j) => te.ifThenElse(i.ge(1), s(i.sub(1), j), 7))
          : this.grid((i, j) => te.ifThenElse(j.add(2).lt(C), s(i, j.add(2)), i)),
      conditions: () => this.grid((i, j) => te.ifThenElse(this.condition(i, j), s(i, j), -7)),
      select: () => this.grid((i, j) => tir.select(this.condition(i, j), s(i, j), i)),
      sum: () => this.grid((i, j) => te.sum(s(i, k).mul(B(k, j)), k)),
      maximum: () => this.grid((i, j) => te.max(s(i, k).sub(B(k, j)), k)),
      "sum where": () =>
        this.grid((i, j) => te.sum(s(i, k), k, { where: this.condition(k.var_, j) })),
      "ragged sum": () => {
        const length = choices.rarely(2) ? this.length(s) : L;
        return this.grid((i, j) => {
          const r = te.reduceAxis([0, length(i)], "r");
          return te.sum(s(i, r).add(j), r);
        });
      },
      scan: () => this.scan(s, (state, t, i) => state(t.sub(1), i).add(s(t, i))),
      "mixing scan": () =>
        this.scan(s, (state, t, i) => state(t.sub(1), i.add(1).floorMod(C)).sub(s(t, i))),
      "two components": () => this.pair(s),
      stencil: () => this.grid((i, j) => s(i.sub(1).max(0), j).add(s(i, j.add(1).min(C.sub(1))))),
      rotation: () => this.grid((i, j) => s(i.add(j).floorMod(R), j)),
    });
  }

  private length(s: te.Tensor): te.Tensor {
    const C = this.columns.extent;
    const name = `N${++this.count}`;
    const tensor = te.compute([this.rows.extent], (i) => s(i, 0).floorMod(C.add(1)), name);
    this.computed.push(tensor);
    this.choices.features.add("computed length");
    return tensor;
  }

  private scan(
    s: te.Tensor,
    step: (state: te.Tensor, t: tir.Var, i: tir.Var) => tir.PrimExpr,
  ): void {
    const [R, C] = [this.rows.extent, this.columns.extent];
    const number = ++this.count;
    const state = te.placeholder([R, C], { name: `S${number}`, dtype: "int32" });
    const init = te.compute([1, C], (t, i) => s(t, i).add(i), `I${number}`);
    const update = te.compute([R, C], (t, i) => step(state, t, i), `U${number}`);
    const scan = te.scan(init, update, state, { name: `scan${number}`, inputs: [s] });
    this.grids.push(scan);
    this.scans.push(scan);
    this.computed.push(init, update, scan);
  }

  private pair(s: te.Tensor): void {
    const both = te.compute(
      [this.rows.extent, this.columns.extent],
      (i, j) => [s(i, j).add(1), s(i, j).mul(2).add(i)],
      `T${++this.count}`,
    );
    this.grids.push(...both);
    this.computed.push(both[0]!);
  }

  /** A part of a grid. */
  private part(s: te.Tensor): te.Tensor {
    const tensor = this.choices.feature<te.Tensor>({
      "first column": () => te.compute([this.rows.extent], (i) => s(i, 0), "P"),
      "last row": () => {
        const last = this.rows.extent.sub(1);
        return te.compute([this.columns.extent], (j) => s(last, j).mul(2), "P");
      },
    });
    this.computed.push(tensor);
    return tensor;
  }

  private condition(i: tir.Var, j: tir.Var): tir.PrimExpr {
    const { choices } = this;
    const comparison = (): tir.PrimExpr => {
      const left = choices.of([i, j, i.sub(j), i.add(j), j.sub(i), i.mul(2).add(j), j.mul(3)]);
      const right = choices.of([
        tir.constant(choices.between(-3, 9)),
        i,
        j.add(2),
        this.rows.extent.sub(2),
        this.columns.extent,
      ]);
      return choices.feature<tir.PrimExpr>({
        "<": () => left.lt(right),
        "<=": () => left.le(right),
        ">": () => left.gt(right),
        ">=": () => left.ge(right),
        "==": () => left.eq(right),
        "!=": () => left.ne(right),
      });
    };
    return choices.feature<tir.PrimExpr>({
      one: comparison,
      and: () => te.all(comparison(), comparison()),
      or: () => te.any(comparison(), comparison()),
      not: () => tir.not(te.any(comparison(), comparison())),
      "and, or": () => te.all(comparison(), te.any(comparison(), comparison())),
    });
  }
}
