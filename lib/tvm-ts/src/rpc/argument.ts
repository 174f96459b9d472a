/** Arguments of a session's functions that JavaScript has no type for. */

/** A number that is sent as a floating-point number, whole or not. */
export class FloatArgument {
  constructor(readonly value: number) {}
}

/** A type of elements. */
export class DtypeArgument {
  constructor(readonly dtype: string) {}
}

/**
 * A number as a floating-point argument. Without it, whole numbers are sent as integers, which a
 * board's function refuses for a `float32` parameter.
 */
export function float(value: number): FloatArgument {
  return new FloatArgument(value);
}

/** A type of elements (`"int8"`) as an argument. */
export function dtype(name: string): DtypeArgument {
  return new DtypeArgument(name);
}
