/**
 * The passes that the accelerator adds to the compiler's, and where. A context with them lowers for
 * one environment, so that several can be in use side by side.
 */

import { PassContext, transforms, type pass } from "tvm-ts";
import { getEnv } from "../current";
import type { Environment } from "../environment";
import { addDebug } from "./add-debug";
import { annotateALUCoProcScope } from "./annotate-alu-coproc-scope";
import { cpuAccessRewrite } from "./cpu-access-rewrite";
import { earlyRewrite } from "./early-rewrite";
import { foldUopLoop } from "./fold-uop-loop";
import { injectALUIntrin } from "./inject-alu-intrin";
import { injectConv2DTransposeSkip } from "./inject-conv2d-transpose-skip";
import { injectCoProcSync } from "./inject-coproc-sync";
import { injectDMAIntrin } from "./inject-dma-intrin";
import { injectSkipCopy } from "./inject-skip-copy";
import { liftAllocToScopeBegin } from "./lift-alloc-to-scope-begin";
import { memoryInfo } from "./memory-info";

export interface BuildConfigOptions extends pass.PassContextOptions {
  /** The accelerator to compile for; the environment in force if left out. */
  readonly env?: Environment;
  /** The sum of `DEBUG` flags that the compiled function sets when it starts; 0 if left out. */
  readonly debugFlag?: number;
}

/**
 * A context in which schedules are lowered for the accelerator: what `vta.lower` and `vta.build` use
 * when they are given none.
 *
 *     vta.lower(s, args, { context: vta.buildConfig({ disabledPass: ["tir.CommonSubexprElimTIR"] }) })
 */
export function buildConfig(options: BuildConfigOptions = {}): PassContext {
  const { env = getEnv(), debugFlag = 0, config = {}, ...rest } = options;
  return new PassContext({
    ...rest,
    config: {
      ...config,
      "tir.memory_info": { ...config["tir.memory_info"], ...memoryInfo(env) },
      "tir.add_lower_pass": [
        ...acceleratorPasses(env, debugFlag),
        ...(config["tir.add_lower_pass"] ?? []),
      ],
    },
  });
}

/** `context` itself if it was made by `buildConfig`, else with what `buildConfig` adds. */
export function acceleratorContext(
  context: PassContext | undefined,
  env: Environment | undefined,
): PassContext {
  if (context !== undefined && "tir.memory_info" in context.config) return context;
  return buildConfig({ ...context, ...(env === undefined ? {} : { env }) });
}

/** Each pass with the phase of `lower` at whose end it runs. */
function acceleratorPasses(
  env: Environment,
  debugFlag: number,
): readonly (readonly [phase: number, pass: pass.Pass])[] {
  return [
    [0, injectConv2DTransposeSkip(env)],
    [1, injectDMAIntrin(env)],
    [1, injectSkipCopy],
    [1, annotateALUCoProcScope],
    [1, transforms.liftAttrScope("coproc_uop_scope")],
    [1, liftAllocToScopeBegin],
    [1, transforms.liftAttrScope("coproc_scope")],
    [1, injectCoProcSync],
    [1, earlyRewrite],
    ...(debugFlag === 0 ? [] : [[1, addDebug(debugFlag)] as const]),
    [2, injectALUIntrin(env)],
    [3, transforms.lowerDeviceStorageAccessInfo],
    [3, foldUopLoop],
    [3, cpuAccessRewrite(env)],
  ];
}
