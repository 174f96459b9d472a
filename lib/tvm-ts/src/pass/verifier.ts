/** An instrument that checks that functions are well-formed after every pass. */

import { verifyFunc, type IRModule } from "../ir";
import { InternalError } from "../support";
import type { PassInstrument } from "./instrument";
import type { PassInfo } from "./pass";

export class PassVerifier implements PassInstrument {
  readonly name = "verifier";

  /** @throws InternalError with the pass and all errors of the function. */
  runAfterPass(module: IRModule, pass: PassInfo): void {
    for (const [name, func] of module.functions) {
      const problems = verifyFunc(func);
      if (problems.length === 0) continue;
      throw new InternalError(
        `pass ${pass.name} leaves function ${name} malformed: ${problems.join("; ")}`,
      );
    }
  }
}
