/** Arguments of a session's functions that JavaScript has no own type for. */

/** A number that travels as a floating-point number, whole or not. */
export class FloatArgument {
  constructor(readonly value: number) {}
}

/** A type of elements. */
export class DtypeArgument {
  constructor(readonly dtype: string) {}
}

/**
 * A number as a floating-point argument: whole numbers travel as integers otherwise, which a
 * function with a `float32` parameter refuses on a board.
 */
export function float(value: number): FloatArgument {
  return new FloatArgument(value);
}

/** A type of elements (`"int8"`) as an argument. */
export function dtype(name: string): DtypeArgument {
  return new DtypeArgument(name);
}
