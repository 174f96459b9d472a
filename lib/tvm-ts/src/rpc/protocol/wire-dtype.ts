/** Converts element types between the protocol and this library. */

import { ELEMENTS, elementType, type ElementType } from "../../runtime";
import { UsageError } from "../../support";
import type { WireDataType } from "./value";

export function wireDataType(dtype: string): WireDataType {
  const { code, bits } = ELEMENTS[elementType(dtype)];
  return { code, bits, lanes: 1 };
}

/** @throws UsageError for types that arrays of this library do not support. */
export function wireElementType({ code, bits, lanes }: WireDataType): ElementType {
  for (const [name, element] of Object.entries(ELEMENTS)) {
    if (element.code === code && element.bits === bits && lanes === 1) return name as ElementType;
  }
  throw new UsageError(
    "array-dtype",
    `arrays cannot have elements of DLPack type (code ${code}, ${bits} bits, ${lanes} lanes)`,
  );
}
