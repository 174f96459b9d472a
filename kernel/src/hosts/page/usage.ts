/** The resource usage of workers is not available in a page. */

export function usage(): Record<string, unknown> {
  return { cpu_count: navigator.hardwareConcurrency };
}
