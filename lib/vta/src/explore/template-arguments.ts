/**
 * A template's arguments as AutoTVM writes them: tensors as `["TENSOR", shape, dtype]`, the rest as
 * JSON. A task's name with its arguments is the workload that a record belongs to.
 */

import { UsageError } from "tvm-ts";
import type { TemplateArgument, TemplateArguments, TensorArgument } from "../records";

/** Reads one template's arguments in order, and names the argument that is wrong. */
export class ArgumentReader {
  private position = 0;

  constructor(
    private readonly task: string,
    private readonly args: TemplateArguments,
  ) {}

  /** The shape of a tensor of `ndim` dimensions. */
  tensor(name: string, ndim: number): { shape: number[]; dtype: string } {
    const value = this.next(name);
    if (!Array.isArray(value) || value[0] !== "TENSOR") {
      throw this.error(name, value, '["TENSOR", shape, dtype]');
    }
    const [, shape, dtype] = value as unknown as TensorArgument;
    const isShape =
      Array.isArray(shape) &&
      shape.length === ndim &&
      shape.every((extent) => Number.isInteger(extent) && extent >= 1);
    if (!isShape) throw this.error(name, value, `a tensor of ${ndim} dimensions, each at least 1`);
    return { shape: [...shape], dtype };
  }

  /** A list of integers of one of the `lengths`. */
  integers(name: string, lengths: readonly number[]): number[] {
    const value = this.next(name);
    const isList =
      Array.isArray(value) &&
      lengths.includes(value.length) &&
      value.every((item) => Number.isInteger(item));
    if (!isList) throw this.error(name, value, `a list of ${lengths.join(" or ")} integers`);
    return [...(value as number[])];
  }

  /** Padding of height and width: `[h, w]`, or `[top, left, bottom, right]` where both sides agree. */
  padding(name: string): [h: number, w: number] {
    const [top, left, bottom = top, right = left] = this.integers(name, [2, 4]) as number[];
    if (top === bottom && left === right) return [top!, left!];
    throw this.error(name, [top!, left!, bottom!, right!], "the same on opposite sides");
  }

  integer(name: string): number {
    const value = this.next(name);
    if (!Number.isInteger(value)) throw this.error(name, value, "an integer");
    return value as number;
  }

  text(name: string): string {
    const value = this.next(name);
    if (typeof value !== "string") throw this.error(name, value, "a text");
    return value;
  }

  /** An argument that must be exactly `expected`. */
  exactly(name: string, expected: TemplateArgument): void {
    const value = this.next(name);
    if (JSON.stringify(value) !== JSON.stringify(expected)) {
      throw this.error(name, value, JSON.stringify(expected));
    }
  }

  /** The layouts of data and, in records of some versions, of the output; their values are ignored. */
  layouts(name: string): void {
    this.text(name);
    if (this.args.length - this.position > 1) this.text(name);
  }

  /** @throws UsageError when arguments are left over. */
  end(): void {
    if (this.position === this.args.length) return;
    throw new UsageError(
      "explore-space",
      `${this.task} takes ${this.position} arguments; ${this.args.length} were passed`,
    );
  }

  private next(name: string): TemplateArgument {
    if (this.position >= this.args.length) {
      throw new UsageError("explore-space", `${this.task}: the argument ${name} is missing`);
    }
    return this.args[this.position++]!;
  }

  private error(name: string, value: unknown, expected: string): UsageError {
    return new UsageError(
      "explore-space",
      `${this.task}: the argument ${name} is ${JSON.stringify(value)}; it must be ${expected}`,
    );
  }
}
