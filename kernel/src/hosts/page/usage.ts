/** A page does not learn what its workers take. */

export function usage(): Record<string, unknown> {
  return { cpu_count: navigator.hardwareConcurrency };
}
