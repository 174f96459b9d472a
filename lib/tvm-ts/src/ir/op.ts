/**
 * Operators: what a `Call` calls. An operator is an object; a target brings its
 * operators, and two calls are of the same operator when they hold the same object.
 */

/** What a call may do besides giving its value, in the reference's order of severity. */
export enum CallEffect {
  /** Means nothing at run time; a hint for passes (`likely`). */
  ExprAnnotation = 0,
  Pure = 1,
  ReadState = 2,
  /** Writes memory or does something unknown. */
  UpdateState = 3,
  /** Only meaningful as an argument of another call (`tvm_access_ptr`). */
  SpecialCallArg = 4,
  /** Carries information, computes nothing (`tvm_tuple`). */
  EmbedInfo = 5,
  ControlJump = 6,
}

export class Op {
  constructor(
    /** With its dialect, as printed: `tir.exp`, `tir.vta.uop_push`. */
    readonly name: string,
    readonly effect: CallEffect,
    /** May be applied lane by lane to vectors. */
    readonly vectorizable = false,
  ) {}

  toString(): string {
    return this.name;
  }
}
