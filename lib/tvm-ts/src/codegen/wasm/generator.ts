/** The code generator for WebAssembly, for every device whose memory is a `WebAssembly.Memory`. */

import { printModule } from "../../ir";
import type { CodeGenerator } from "../code-generator";
import { lowerIntrinsics } from "../lower-intrinsics";
import { callPlaces } from "./call-places";
import { generateWasm } from "./generate";
import { keepInRegisters } from "./keep-in-registers";

export const wasmGenerator: CodeGenerator = {
  name: "wasm",
  passes: (target) => [lowerIntrinsics(target), keepInRegisters],
  generate(module, target, source) {
    const { kind: device, configuration } = target;
    const [entry] = module.functions.keys();
    const { binary, record, externalCalls } = generateWasm(module, {
      target: target.toString(),
      device,
      entry: entry!,
      ...(configuration === undefined ? {} : { configuration }),
    });
    return {
      format: "wasm",
      code: binary,
      record,
      tir: () => printModule(source).text,
      calls: () => callPlaces(source, target, externalCalls),
      imports: [],
    };
  },
};
