/** Runs passes on modules, and calls the hooks of a context's instruments. */

import type { PrimFunc } from "../ir";
import { IRModule } from "../ir";
import { InternalError, TvmError } from "../support";
import { isSequential, type FunctionPass, type Pass, type Sequential } from "./pass";
import { PassContext } from "./pass-context";

/**
 * The module after `pass`; the same object when nothing changes.
 * @throws UsageError for an error in the program, InternalError for an error in a pass.
 */
export function runPass(pass: Pass, module: IRModule, context = new PassContext()): IRModule {
  for (const instrument of context.instruments) instrument.enterPassContext?.();
  try {
    return runInside(pass, module, context);
  } finally {
    for (const instrument of context.instruments) instrument.exitPassContext?.();
  }
}

function runInside(pass: Pass, module: IRModule, context: PassContext): IRModule {
  const { instruments } = context;
  if (!context.requiredPass.includes(pass.name)) {
    // The hook of every instrument is called, since a hook may count passes.
    const votes = instruments.map((instrument) => instrument.shouldRun?.(module, pass) ?? true);
    if (votes.includes(false)) return module;
  }
  for (const instrument of instruments) instrument.runBeforePass?.(module, pass);
  const result = isSequential(pass)
    ? runSequential(pass, module, context)
    : module.map((func, name) => runOnFunction(pass, func, name, context));
  for (const instrument of instruments) instrument.runAfterPass?.(result, pass);
  return result;
}

function runSequential(sequence: Sequential, module: IRModule, context: PassContext): IRModule {
  const runAll = (start: IRModule): IRModule =>
    sequence.passes
      .filter((pass) => context.isEnabled(pass))
      .reduce((current, pass) => runInside(pass, current, context), start);

  const { perFunction } = sequence;
  if (perFunction === undefined) return runAll(module);
  return module.map((func) => {
    if (!perFunction.when(func)) return func;
    return runAll(IRModule.of(perFunction.as, func)).functions.get(perFunction.as)!;
  });
}

function runOnFunction(
  pass: FunctionPass,
  func: PrimFunc,
  name: string,
  context: PassContext,
): PrimFunc {
  try {
    return pass.run(func, context);
  } catch (error) {
    if (error instanceof TvmError && !(error instanceof InternalError)) throw error;
    const reason = error instanceof TvmError ? error.sentence : String(error);
    throw new InternalError(`pass ${pass.name} failed on function ${name}: ${reason}`, {
      cause: error,
    });
  }
}
