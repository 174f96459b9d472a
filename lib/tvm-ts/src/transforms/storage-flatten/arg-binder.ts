/**
 * Binds the pointer, offset, shape and strides of a declared buffer, each a variable or a value, to
 * those of the buffer that it views.
 */

import { factlessAnalyzer } from "../../arith";
import {
  AssertStmt,
  constant,
  eq,
  isOne,
  isZero,
  reprExpr,
  StringImm,
  truncMod,
  zero,
  type Buffer,
  type PrimExpr,
  type Stmt,
  type Var,
} from "../../ir";
import { InternalError, UsageError, type Span } from "../../support";

export class ArgBinder {
  private readonly defined: Var[] = [];
  private readonly asserts: { condition: PrimExpr; message: StringImm }[] = [];

  constructor(
    /** The statements that define variables. */
    private readonly values: Map<Var, PrimExpr>,
    /** The line that requested the binding. */
    private readonly span: Span | undefined,
  ) {}

  /** Removes the variables that this binder defined. */
  forget(): void {
    for (const variable of this.defined) this.values.delete(variable);
  }

  /** `body` inside assertions of the conditions that could not be decided at compile time. */
  wrap(body: Stmt): Stmt {
    return this.asserts.reduceRight<Stmt>(
      (inner, { condition, message }) => new AssertStmt(condition, message, inner),
      body,
    );
  }

  /**
   * Binds `arg` to `value`. With `fuzzy`, a value of more dimensions is accepted if the leading ones
   * have extent 1.
   * @throws UsageError when the two cannot be the same memory.
   */
  bindBuffer(arg: Buffer, value: Buffer, fuzzy: boolean): void {
    const { name } = arg;
    this.bindPointer(arg, value);
    if (isZero(arg.elemOffset) && !isZero(value.elemOffset)) {
      throw this.mismatch(
        name,
        `it was declared without an offset, but the region it views starts at ` +
          `${reprExpr(value.elemOffset)}; declare it with offsetFactor: 1`,
      );
    }
    if (this.bind(arg.elemOffset, value.elemOffset, `${name}.elem_offset`)) {
      this.checkOffset(arg, value);
    }
    const extra = value.shape.length - arg.shape.length;
    if (extra > 0) {
      if (!fuzzy) throw new InternalError(`${name} is bound to a buffer of more dimensions`);
      for (const dim of value.shape.slice(0, extra)) {
        if (isOne(factlessAnalyzer().simplify(dim))) continue;
        throw this.mismatch(
          name,
          `it has ${arg.shape.length} dimensions, but the region it views has ${value.shape.length} ` +
            `and the leading one is ${reprExpr(dim)}, not 1`,
        );
      }
    }
    this.bindArray(arg.shape, value.shape.slice(Math.max(extra, 0)), `${name}.shape`);
    // A view without strides is compact. This does not determine the strides of a buffer with more
    // dimensions.
    if (extra > 0 && value.strides.length === 0) return;
    this.bindArray(arg.strides, value.strides.slice(Math.max(extra, 0)), `${name}.strides`);
  }

  private bindPointer(arg: Buffer, value: Buffer): void {
    if (arg.scope !== value.scope) {
      throw this.mismatch(
        arg.name,
        `it is in scope "${arg.scope}", but ${stageOf(value)} is in "${value.scope}"; ` +
          `write s[${stageOf(value)}].setScope("${arg.scope}")`,
      );
    }
    if (arg.dtype !== value.dtype) {
      throw this.mismatch(
        arg.name,
        `it is of type ${arg.dtype}, but ${stageOf(value)} is of type ${value.dtype}`,
      );
    }
    this.bind(arg.data, value.data, `${arg.name}.data`);
  }

  private checkOffset(arg: Buffer, value: Buffer): void {
    if (arg.offsetFactor <= 1) return;
    const offset = value.elemOffset;
    const rest = truncMod(offset, constant(arg.offsetFactor, offset.dtype));
    // Nothing remains of a sum of multiples. To find that with rewrite rules takes much longer.
    if (isZero(factlessAnalyzer().canonicalSimplify(rest))) return;
    this.require(eq(rest, zero(offset.dtype)), `${arg.name}.elem_offset`);
  }

  private bindArray(args: readonly PrimExpr[], values: readonly PrimExpr[], name: string): void {
    if (args.length !== values.length) {
      throw this.mismatch(name, `it has ${args.length} elements, but is bound to ${values.length}`);
    }
    args.forEach((arg, i) => this.bind(arg, values[i]!, `${name}[${i}]`));
  }

  /** Binds `arg` to `value`. Returns whether this defined the variable `arg`. */
  private bind(arg: PrimExpr, value: PrimExpr, name: string): boolean {
    if (arg.dtype !== value.dtype) {
      throw this.mismatch(name, `it has type ${arg.dtype}, but its value has type ${value.dtype}`);
    }
    if (arg.kind !== "Var") {
      this.require(eq(arg, value), name);
      return false;
    }
    const bound = this.values.get(arg);
    if (bound !== undefined) {
      if (bound !== value) this.require(eq(bound, value), name);
      return false;
    }
    this.defined.push(arg);
    this.values.set(arg, value);
    return true;
  }

  private require(condition: PrimExpr, name: string): void {
    const simplified = factlessAnalyzer().simplify(condition);
    if (isOne(simplified)) return;
    if (isZero(simplified)) throw this.mismatch(name, `${reprExpr(condition)} does not hold`);
    // The message is part of the printed program, in the reference's words.
    const message = `Argument ${name} has an unsatisfied constraint: ${reprExpr(condition)}`;
    this.asserts.push({ condition: simplified, message: new StringImm(message) });
  }

  private mismatch(name: string, reason: string): UsageError {
    return new UsageError(
      "te-tensorize",
      `buffer ${name} of a tensor intrinsic does not fit: ${reason}`,
      {
        span: this.span,
      },
    );
  }
}

/** The stage that a buffer views. */
function stageOf({ name }: Buffer): string {
  return name.replace(/_slice$/, "");
}
