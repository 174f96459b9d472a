/** All cases. The cases of a folder are loaded only when they are listed. */

import type { BenchCase } from "./harness";

export async function allCases(): Promise<BenchCase[]> {
  const subjects = await Promise.all([
    import("./arith").then(({ cases }) => cases),
    import("./cpu").then(({ cases }) => cases),
    import("./explore").then(({ cases }) => cases),
    import("./extension").then(({ cases }) => cases),
    import("./kernel").then(({ cases }) => cases),
    import("./lower").then(({ cases }) => cases),
    import("./network").then(({ cases }) => cases),
    import("./page").then(({ cases }) => cases),
    import("./rpc").then(({ cases }) => cases),
    import("./simulator").then(({ cases }) => cases),
    import("./tsim").then(({ cases }) => cases),
  ]);
  return subjects.flat();
}
