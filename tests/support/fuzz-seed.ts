/** With `FUZZ_SEED`, random tests are the same in every run; without it each run tries other cases. */

import fc from "fast-check";

const seed = process.env["FUZZ_SEED"];
if (seed !== undefined) fc.configureGlobal({ seed: Number(seed) });
