/**
 * Reads the programs of the golden files: declarations, then
schedule commands one by one. The caller defines what `lower` commands do and what `@NAME` means.
 */

import { te, tir, topi } from "tvm-ts";
import { isCall, readArgmax, readExpr, type ExprJson, type ExprScope } from "./expr-json";

/** An axis: an axis of the operation, a loop by its position, or a name from an earlier command. */
export type AxisJson =
  string | { readonly axis: number } | { readonly reduce: number } | { readonly leaf: number };

export type DeclJson =
  | { readonly op: "var"; readonly name: string; readonly dtype?: string }
  | {
      readonly op: "placeholder";
      readonly name: string;
      readonly shape: readonly ExprJson[];
      readonly dtype: string;
    }
  | {
      readonly op: "reduce_axis";
      readonly name: string;
      readonly dom: readonly [ExprJson, ExprJson];
    }
  | {
      readonly op: "compute";
      readonly name: string;
      readonly shape: readonly ExprJson[];
      readonly axes: readonly string[];
      readonly variadic?: boolean;
      readonly body?: ExprJson;
      readonly bodies?: readonly ExprJson[];
    }
  | {
      readonly op: "pad";
      readonly name: string;
      readonly of: string;
      readonly before: readonly ExprJson[];
      readonly after?: readonly ExprJson[] | null;
    }
  | {
      readonly op: "scan";
      readonly name: string;
      readonly init: string | readonly string[];
      readonly update: string | readonly string[];
      readonly state: string | readonly string[];
      readonly inputs?: readonly string[] | null;
    };

export interface LowerOptionsJson {
  readonly name?: string;
  readonly simple_mode?: boolean;
  readonly disabled_pass?: readonly string[];
}

/** `[primitive, stage, arguments...]`, or `["lower", "tvm" | "vta", label, options?]`. */
export type CommandJson = readonly [string, ...unknown[]];

export interface ProgramJson {
  readonly name: string;
  readonly tags?: readonly string[];
  readonly decls: readonly DeclJson[];
  readonly schedule: readonly CommandJson[];
  readonly args: readonly string[];
  readonly outputs: readonly string[];
  /** `vta_config.json` values that are not the default ones. */
  readonly config?: Readonly<Record<string, unknown>>;
  readonly run?: {
    readonly inputs: Readonly<Record<string, readonly [number, number, number]>>;
    readonly target?: string;
    readonly disabled_pass?: readonly string[];
  };
  readonly reject?: boolean;
  readonly why?: string;
}

export type LowerFlavour = "tvm" | "vta";

/** A `lower` command, with the schedule in its state after the commands before. */
export interface Lowering {
  readonly flavour: LowerFlavour;
  readonly label: string;
  readonly options: LowerOptionsJson;
  readonly schedule: te.Schedule;
  readonly args: readonly te.ScheduleArg[];
}

export interface ProgramHooks<T> {
  /** Called for each `lower` command; its results are collected under the label. */
  readonly lower?: (lowering: Lowering) => T;
  /**
   * The VTA environment: `@acc_dtype` is its field `accDtype` or `acc_dtype`, and `vta.gemm` its
   * `gemm`.
   */
  readonly vta?: object;
}

export interface BuiltProgram<T> {
  readonly tensors: ReadonlyMap<string, te.Tensor>;
  readonly schedule: te.Schedule;
  readonly args: readonly te.ScheduleArg[];
  readonly lowerings: readonly { readonly label: string; readonly result: T }[];
}

/** Declares and schedules a program, and calls the hooks. */
export function buildProgram<T>(json: ProgramJson, hooks: ProgramHooks<T> = {}): BuiltProgram<T> {
  const program = new Program(json, hooks.vta);
  const lowerings: { label: string; result: T }[] = [];
  for (const command of json.schedule) {
    if (command[0] !== "lower") {
      program.command(command);
      continue;
    }
    if (hooks.lower === undefined) continue;
    const [, flavour, label, options] = command as [
      string,
      LowerFlavour,
      string,
      LowerOptionsJson?,
    ];
    const { schedule } = program;
    const args = program.args();
    const lowering = { flavour, label, options: options ?? {}, schedule, args };
    lowerings.push({ label, result: hooks.lower(lowering) });
  }
  return {
    tensors: program.tensors,
    schedule: program.schedule,
    args: program.args(),
    lowerings,
  };
}

const prod = te.commReducer(
  (x, y) => x.mul(y),
  () => 1,
  "prod",
);

const argmax = te.tupleReducer(
  ([i, x], [j, y]) => [tir.select(x!.ge(y!), i!, j!), tir.select(x!.ge(y!), x!, y!)],
  ([index, value]) => [tir.constant(-1, index), tir.minValue(value!)],
  "argmax",
);

const REDUCERS: Readonly<Record<string, te.Reducer>> = {
  sum: te.sum,
  reduce_max: te.max,
  reduce_min: te.min,
  prod,
};

class Program {
  readonly tensors = new Map<string, te.Tensor>();
  readonly schedule: te.Schedule;
  /** All outputs of operations with several. */
  private readonly outputsOf = new Map<string, readonly te.Tensor[]>();
  /** Variables, reduction axes, and axes that commands made. */
  private readonly named = new Map<string, tir.Var | tir.IterVar>();
  private readonly threads = new Map<string, tir.IterVar>();

  constructor(
    private readonly json: ProgramJson,
    private readonly vta: object | undefined,
  ) {
    json.decls.forEach((decl) => this.declare(decl));
    this.schedule = te.createSchedule(json.outputs.map((name) => this.tensor(name)));
  }

  args(): te.ScheduleArg[] {
    return this.json.args.map(
      (name) => this.tensors.get(name) ?? (this.named.get(name) as tir.Var),
    );
  }

  private tensor(name: string): te.Tensor {
    const tensor = this.tensors.get(name);
    if (tensor === undefined) throw new Error(`${this.json.name} has no tensor ${name}`);
    return tensor;
  }

  private environment(field: string): unknown {
    const camel = field.replace(/_(\w)/g, (_, letter: string) => letter.toUpperCase());
    const fields = (this.vta ?? {}) as Record<string, unknown>;
    const value = fields[field] ?? fields[camel];
    if (value === undefined) throw new Error(`the environment has no field ${field}`);
    return value;
  }

  private text(value: unknown): string {
    const text = String(value);
    return text.startsWith("@") ? String(this.environment(text.slice(1))) : text;
  }

  private scope(axes: ReadonlyMap<string, tir.PrimExpr>): ExprScope {
    return {
      name: (name) => {
        const value = axes.get(name) ?? this.named.get(name)?.asExpr();
        if (value === undefined) throw new Error(`${this.json.name} has no axis ${name}`);
        return value;
      },
      load: (tensor, indices) => this.tensor(tensor)(...indices),
      reduce: ({ operator, values, axes: names, condition }) => {
        const over = names.map((name) => this.named.get(name) as tir.IterVar);
        if (operator === "argmax") return argmax(values, over);
        const options = condition === undefined ? {} : { where: condition };
        return REDUCERS[operator]!(values[0]!, over, options);
      },
      environment: (field) => this.environment(field) as number | string,
    };
  }

  private expr(json: ExprJson, axes: ReadonlyMap<string, tir.PrimExpr> = new Map()): tir.PrimExpr {
    return readExpr(json, this.scope(axes));
  }

  // Declarations ----------------------------------------------------------------------------------

  private declare(decl: DeclJson): void {
    switch (decl.op) {
      case "var":
        this.named.set(decl.name, te.var(decl.name, decl.dtype));
        return;
      case "placeholder": {
        const shape = decl.shape.map((extent) => this.expr(extent));
        const options = { name: decl.name, dtype: this.text(decl.dtype) };
        return this.put(decl.name, te.placeholder(shape, options));
      }
      case "reduce_axis": {
        const [begin, end] = decl.dom;
        const dom = [this.expr(begin), this.expr(end)] as const;
        this.named.set(decl.name, te.reduceAxis(dom, decl.name));
        return;
      }
      case "compute":
        return this.put(decl.name, this.compute(decl));
      case "pad": {
        const before = decl.before.map((amount) => this.expr(amount));
        const after = decl.after?.map((amount) => this.expr(amount));
        const { name } = decl;
        const padded = topi.nn.pad(this.tensor(decl.of), before, after, { name });
        return this.put(name, padded);
      }
      case "scan": {
        const list = (names: string | readonly string[]): te.Tensor[] =>
          (typeof names === "string" ? [names] : names).map((name) => this.tensor(name));
        const options = {
          name: decl.name,
          inputs: (decl.inputs ?? []).map((name) => this.tensor(name)),
        };
        const { init, update, state } = decl;
        return this.put(decl.name, te.scan(list(init), list(update), list(state), options));
      }
    }
  }

  private compute(decl: DeclJson & { op: "compute" }): te.Tensor | te.Tensor[] {
    const shape = decl.shape.map((extent) => this.expr(extent));
    const options = decl.variadic
      ? { name: decl.name }
      : { name: decl.name, varargsNames: decl.axes };
    const scopeOf = (vars: readonly tir.Var[]): ExprScope =>
      this.scope(new Map(decl.axes.map((name, i) => [name, vars[i]!])));
    if (decl.bodies !== undefined) {
      const { bodies } = decl;
      return te.compute(
        shape,
        (...vars) => bodies.map((body) => readExpr(body, scopeOf(vars))),
        options,
      );
    }
    const body = decl.body!;
    if (isCall(body, "argmax")) {
      return te.compute(shape, (...vars) => readArgmax(body, scopeOf(vars)), options);
    }
    return te.compute(shape, (...vars) => readExpr(body, scopeOf(vars)), options);
  }

  private put(name: string, result: te.Tensor | readonly te.Tensor[]): void {
    const outputs = te.isTensor(result) ? [result] : (result as readonly te.Tensor[]);
    this.tensors.set(name, outputs[0]!);
    if (outputs.length === 1) return;
    this.outputsOf.set(name, outputs);
    outputs.forEach((tensor, i) => this.tensors.set(`${name}:${i}`, tensor));
  }

  // Commands --------------------------------------------------------------------------------------

  private stage(name: string): te.Stage {
    return this.schedule.stage(this.tensor(name));
  }

  private axis(stage: string, axis: AxisJson): tir.IterVar {
    const target = this.stage(stage);
    if (typeof axis === "string") return this.named.get(axis) as tir.IterVar;
    if ("axis" in axis) return target.op.axis[axis.axis]!;
    if ("reduce" in axis) return target.op.reduceAxis[axis.reduce]!;
    return target.leafIterVars[axis.leaf]!;
  }

  private name(names: readonly string[], axes: readonly tir.IterVar[]): void {
    names.forEach((name, i) => this.named.set(name, axes[i]!));
  }

  /** One schedule command other than `lower`. */
  command([primitive, target, ...rest]: CommandJson): void {
    const S = target as string;
    const axis = (json: unknown): tir.IterVar => this.axis(S, json as AxisJson);
    const axes = (json: unknown): tir.IterVar[] => (json as AxisJson[]).map(axis);
    const [first, second, third, fourth, fifth] = rest;
    switch (primitive) {
      case "split": {
        const by = second as { factor?: ExprJson; nparts?: ExprJson };
        const amount =
          by.factor === undefined
            ? { nparts: this.expr(by.nparts!) }
            : { factor: this.expr(by.factor) };
        return this.name(third as string[], this.stage(S).split(axis(first), amount));
      }
      case "tile": {
        const factors = [this.expr(third as ExprJson), this.expr(fourth as ExprJson)] as const;
        const made = this.stage(S).tile(axis(first), axis(second), ...factors);
        return this.name(fifth as string[], made);
      }
      case "fuse":
        return this.name([second as string], [this.stage(S).fuse(...axes(first))]);
      case "reorder":
        return void this.stage(S).reorder(...axes(first));
      case "compute_at": {
        const parent = first as string;
        const at = this.axis(parent, second as AxisJson);
        return void this.stage(S).computeAt(this.stage(parent), at);
      }
      case "compute_inline":
        return void this.stage(S).computeInline();
      case "compute_root":
        return void this.stage(S).computeRoot();
      case "set_scope":
        return void this.stage(S).setScope(this.text(first));
      case "pragma": {
        const value = typeof third === "string" ? third : third && this.expr(third as ExprJson);
        const key = this.text(second);
        return void (third === undefined
          ? this.stage(S).pragma(axis(first), key)
          : this.stage(S).pragma(axis(first), key, value as tir.PrimExpr | string));
      }
      case "vectorize":
        return void this.stage(S).vectorize(axis(first));
      case "unroll":
        return void this.stage(S).unroll(axis(first));
      case "parallel":
        return void this.stage(S).parallel(axis(first));
      case "bind":
        return void this.stage(S).bind(axis(first), this.thread(second as string));
      case "tensorize":
        return void this.stage(S).tensorize(axis(first), this.intrinsic(second as string));
      case "cache_read": {
        const readers = (second as string[]).map((name) => this.tensor(name));
        const cached = this.schedule.cacheRead(this.tensor(S), this.text(first), readers);
        return this.put(third as string, cached);
      }
      case "cache_write": {
        const outputs = this.outputsOf.get(S) ?? [this.tensor(S)];
        return this.put(second as string, this.schedule.cacheWrite(outputs, this.text(first)));
      }
      case "rfactor":
        return this.put(second as string, this.schedule.rfactor(this.tensor(S), axis(first)));
      case "transform_layout":
        return this.name((third ?? []) as string[], this.transformLayout(S, first, second));
      case "rolling_buffer":
        return void this.stage(S).rollingBuffer();
      case "double_buffer":
        return void this.stage(S).doubleBuffer();
      case "storage_align":
        return void this.stage(S).storageAlign(axis(first), second as number, third as number);
      case "prefetch": {
        const tensor = this.tensor(first as string);
        return void this.stage(S).prefetch(tensor, axis(second), third as number);
      }
      case "set_store_predicate": {
        const own = this.stage(S).op.axis.map((each) => [each.name, each.var_] as const);
        const condition = this.expr(first as ExprJson, new Map(own));
        return void this.stage(S).setStorePredicate(condition);
      }
      default:
        throw new Error(`unknown command ${primitive}`);
    }
  }

  /** By the names of the old indices and the new ones; "|" is a separator. */
  private transformLayout(stage: string, names: unknown, indices: unknown): readonly tir.IterVar[] {
    return this.stage(stage).transformLayout((...old) => {
      const byName = new Map((names as string[]).map((name, i) => [name, old[i]!] as const));
      return (indices as ExprJson[]).map((index) =>
        index === "|" ? te.AXIS_SEPARATOR : this.expr(index, byName),
      );
    });
  }

  /** One thread axis for each tag. */
  private thread(tag: string): tir.IterVar {
    const thread = this.threads.get(tag) ?? te.threadAxis(tag);
    this.threads.set(tag, thread);
    return thread;
  }

  private intrinsic(name: string): te.TensorIntrin {
    if (name === "vta.gemm") return this.environment("gemm") as te.TensorIntrin;
    const [, kind, list] = /^(\w+)\(([\d,\s]*)\)$/.exec(name) ?? [];
    const sizes = (list ?? "").split(",").map(Number);
    if (kind === "vadd") return vadd(sizes[0]!);
    if (kind === "gemv") return gemv(sizes[0]!, sizes[1]!);
    throw new Error(`unknown intrinsic ${name}`);
  }
}

/** `c[i] = a[i] + b[i]` for `n` elements. */
function vadd(n: number): te.TensorIntrin {
  const a = te.placeholder([n], { name: "a" });
  const b = te.placeholder([n], { name: "b" });
  const c = te.compute([n], (i) => a(i).add(b(i)), "c");
  const binds = new Map(
    [a, b, c].map((t) => [t, tir.declBuffer(t.shape, t.dtype, { name: t.name, offsetFactor: n })]),
  );
  return te.declTensorIntrin(
    c.op,
    ([x, y], [z]) =>
      tir.callExtern(
        "int32",
        "ext_vadd",
        z!.accessPtr("w"),
        x!.accessPtr("r"),
        y!.accessPtr("r"),
        n,
      ),
    { binds },
  );
}

/** `c[i] = sum(a[k] * b[i, k])` for `m` rows of `l` elements. */
function gemv(m: number, l: number): te.TensorIntrin {
  const a = te.placeholder([l], { name: "a" });
  const b = te.placeholder([m, l], { name: "b" });
  const k = te.reduceAxis([0, l], "k");
  const c = te.compute([m], (i) => te.sum(a(k).mul(b(i, k)), k), "c");
  const buffer = (t: te.Tensor, name: string, strides: (tir.PrimExpr | number)[]) =>
    tir.declBuffer(t.shape, t.dtype, { name, offsetFactor: 1, strides });
  const binds = new Map([
    [a, buffer(a, "A", [1])],
    [b, buffer(b, "B", [te.var("s1"), 1])],
    [c, buffer(c, "C", [1])],
  ]);
  return te.declTensorIntrin(
    c.op,
    ([x, y], [z]) => {
      const update = tir.callExtern(
        "int32",
        "gemv_update",
        z!.accessPtr("w"),
        x!.accessPtr("r"),
        y!.accessPtr("r"),
        m,
        l,
        y!.strides[0]!,
      );
      return [update, tir.callExtern("int32", "gemv_reset", z!.accessPtr("w"), m), update];
    },
    { binds, name: "gemv" },
  );
}
