/** The accelerator's own passes, and their places in the pipeline. */

import { transforms, type pass } from "tvm-ts";
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

/**
 * Each pass with its place, in the order in which they run.
 * @param debugFlag the sum of `DEBUG` flags that the compiled function sets when it starts
 */
export function acceleratorPasses(env: Environment, debugFlag = 0): readonly pass.PlacedPass[] {
  const flattened: readonly pass.Pass[] = [
    injectDMAIntrin(env),
    injectSkipCopy,
    annotateALUCoProcScope,
    transforms.liftAttrScope("coproc_uop_scope"),
    liftAllocToScopeBegin,
    transforms.liftAttrScope("coproc_scope"),
    injectCoProcSync,
    earlyRewrite,
    ...(debugFlag === 0 ? [] : [addDebug(debugFlag)]),
  ];
  const simplified: readonly pass.Pass[] = [
    transforms.lowerDeviceStorageAccessInfo,
    foldUopLoop,
    cpuAccessRewrite(env),
  ];
  return [
    { pass: injectConv2DTransposeSkip(env), after: "schedule" },
    ...flattened.map((each) => ({ pass: each, after: "flatten" })),
    { pass: injectALUIntrin(env), after: "tir.UnrollLoop" },
    ...simplified.map((each) => ({ pass: each, after: "tir.HoistIfThenElse" })),
  ];
}
