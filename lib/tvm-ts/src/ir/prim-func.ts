/** Functions and modules of functions. */

import type { Buffer } from "./buffer";
import { type PrimExpr, type Var } from "./expr";
import { printFuncScript, printScript } from "./print/script-printer";
import { printFunc, printModule } from "./print/text-printer";
import type { Stmt } from "./stmt";

/** The value of a function's attribute: a number, a string, or an object of a target. */
export type FuncAttr = PrimExpr | string | number | boolean | { toString(): string };

/** A function of statements: the result of lowering and the input of code generators. */
export class PrimFunc {
  constructor(
    readonly params: readonly Var[],
    readonly body: Stmt,
    /** The buffers to which parameters point, with the shapes that the body uses. */
    readonly bufferMap: ReadonlyMap<Var, Buffer> = new Map(),
    /** The same buffers with the caller's shapes, if flattening changed the shapes. */
    readonly preflattenedBufferMap: ReadonlyMap<Var, Buffer> = new Map(),
    readonly attrs: Readonly<Record<string, FuncAttr>> = {},
  ) {}

  /** A copy with other values of some fields; the same object if nothing differs. */
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

  /** The function with attributes added or replaced. */
  withAttrs(attrs: Readonly<Record<string, FuncAttr>>): PrimFunc {
    return new PrimFunc(this.params, this.body, this.bufferMap, this.preflattenedBufferMap, {
      ...this.attrs,
      ...attrs,
    });
  }

  /** The function with these attributes only. */
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

  /** The module with `transform` applied to each function; the same module if none changes. */
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
