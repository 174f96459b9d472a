/**
 * Operators, which a `Call` calls. An operator is identified by its object. Targets define further
 * operators.
 */

/** The side effects of a call, in the reference's order of severity. */
export enum CallEffect {
  /** Has no meaning at run time; an annotation for passes (`likely`). */
  ExprAnnotation = 0,
  Pure = 1,
  ReadState = 2,
  /** Writes memory or has an unknown effect. */
  UpdateState = 3,
  /** Has a meaning only as an argument of another call (`tvm_access_ptr`). */
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
