/** Functions and modules of functions. */

import type { Buffer } from "./buffer";
import { type PrimExpr, type Var } from "./expr";
import { printFuncScript, printScript } from "./print/script-printer";
import { printFunc, printModule } from "./print/text-printer";
import type { Stmt } from "./stmt";

/** A function's attribute: a number, a string, or whatever a target understands. */
export type FuncAttr = PrimExpr | string | number | boolean | { toString(): string };

/** A function of primitive statements; what lowering makes and code generators take. */
export class PrimFunc {
  constructor(
    readonly params: readonly Var[],
    readonly body: Stmt,
    /** The buffers that parameters point to, as the body addresses them. */
    readonly bufferMap: ReadonlyMap<Var, Buffer> = new Map(),
    /** The same buffers with the shapes the caller sees, once flattening has made them differ. */
    readonly preflattenedBufferMap: ReadonlyMap<Var, Buffer> = new Map(),
    readonly attrs: Readonly<Record<string, FuncAttr>> = {},
  ) {}

  /** A function that differs in the given fields only; the same object if nothing differs. */
  with(changes: {
    readonly params?: readonly Var[];
    readonly body?: Stmt;
    readonly bufferMap?: ReadonlyMap<Var, Buffer>;
    readonly preflattenedBufferMap?: ReadonlyMap<Var, Buffer>;
  }): PrimFunc {
    const params = changes.params ?? this.params;
    const body = changes.body ?? this.body;
    const bufferMap = changes.bufferMap ?? this.bufferMap;
    const preflattened = changes.preflattenedBufferMap ?? this.preflattenedBufferMap;
    if (
      params === this.params &&
      body === this.body &&
      bufferMap === this.bufferMap &&
      preflattened === this.preflattenedBufferMap
    ) {
      return this;
    }
    return new PrimFunc(params, body, bufferMap, preflattened, this.attrs);
  }

  /** The function with more attributes, or other values of those it has. */
  withAttrs(attrs: Readonly<Record<string, FuncAttr>>): PrimFunc {
    return new PrimFunc(this.params, this.body, this.bufferMap, this.preflattenedBufferMap, {
      ...this.attrs,
      ...attrs,
    });
  }

  /** The function with these attributes in place of those it has. */
  withOnlyAttrs(attrs: Readonly<Record<string, FuncAttr>>): PrimFunc {
    return new PrimFunc(this.params, this.body, this.bufferMap, this.preflattenedBufferMap, attrs);
  }

  /** The function in the reference's text form. */
  toString(): string {
    return printFunc(this).text;
  }

  /** The function in TVMScript, the reference's Python form. */
  script(): string {
    return printFuncScript(this).text;
  }
}

/** Functions by name. */
export class IRModule {
  constructor(readonly functions: ReadonlyMap<string, PrimFunc>) {}

  static of(name: string, func: PrimFunc): IRModule {
    return new IRModule(new Map([[name, func]]));
  }

  /** Every function replaced by what `transform` makes of it; the same module if none changes. */
  map(transform: (func: PrimFunc, name: string) => PrimFunc): IRModule {
    let changed = false;
    const functions = new Map<string, PrimFunc>();
    for (const [name, func] of this.functions) {
      const mapped = transform(func, name);
      changed ||= mapped !== func;
      functions.set(name, mapped);
    }
    return changed ? new IRModule(functions) : this;
  }

  /** The module in the reference's text form. */
  toString(): string {
    return printModule(this).text;
  }

  /** The module in TVMScript, the reference's Python form. */
  script(): string {
    return printScript(this).text;
  }
}
