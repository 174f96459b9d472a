/** Helpers of the tests of whole networks. */

import type { HostTensor } from "../../lib/tvm-ts/src/relay";

/** How two tensors differ, or undefined when they are close. */
export function closeTo(
  got: HostTensor,
  want: HostTensor,
  rtol: number,
  atol: number,
): string | undefined {
  if (String(got.type) !== String(want.type)) return `${got.type} instead of ${want.type}`;
  for (let i = 0; i < want.size; i++) {
    const [a, b] = [got.data[i]!, want.data[i]!];
    if (Object.is(a, b) || a === b) continue;
    if (!(Math.abs(a - b) <= atol + rtol * Math.abs(b)))
      return `element ${i} is ${a} instead of ${b}`;
  }
  return undefined;
}
