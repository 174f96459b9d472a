/** Builds a module, which can be called, saved or compiled further, from lowered functions. */

import type { Artifact } from "../artifact";
import { cGenerator, type CodeGenerator } from "../codegen";
import type { IRModule } from "../ir";
import { PassContext, runPass } from "../pass";
import { Module, type ModuleHost } from "../runtime";
import { UsageError } from "../support";
import type { Target } from "../target";
import { checkNesting } from "./nesting";

/**
 * Compiles lowered functions with the target's code generator; their C source is generated on request.
 * @throws UsageError for a function that the target cannot run.
 */
export function buildModule(
  functions: IRModule,
  target: Target,
  host: ModuleHost,
  context = new PassContext(),
): Module {
  if (functions.functions.size === 0)
    throw new UsageError("lower-arguments", "build needs at least one function");
  functions.functions.forEach(checkNesting);
  const artifact = generate(target.generator, functions, target, context);
  const source = (): string =>
    new TextDecoder().decode(generate(cGenerator, functions, target, new PassContext()).code);
  const library = { source, triple: target.host?.triple ?? target.triple };
  return Module.of({ ...artifact, library }, host);
}

function generate(
  generator: CodeGenerator,
  functions: IRModule,
  target: Target,
  context: PassContext,
): Artifact {
  const passes = {
    name: `build.${generator.name}`,
    doc: `The passes before ${generator.name} is generated.`,
    passes: generator.passes(target),
  };
  return generator.generate(runPass(passes, functions, context), target, functions);
}
