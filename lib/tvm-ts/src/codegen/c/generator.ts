/** C as a code generator: sources that TVM's C runtime loads when they are compiled. */

import { deviceTypeOf, FORMAT_VERSION } from "../../artifact";
import { printModule } from "../../ir";
import type { CodeGenerator } from "../code-generator";
import { lowerIntrinsics } from "../lower-intrinsics";
import { signatureOf } from "../signature";
import { generateC } from "./generate";

export const cGenerator: CodeGenerator = {
  name: "c",
  passes: (target) => [lowerIntrinsics(target)],
  generate(module, target, source) {
    const [entry] = module.functions.keys();
    const functions = [...module.functions].map(([name, func]) => {
      const { params, symbols } = signatureOf(func);
      return { name, params, symbols: symbols.map(({ record }) => record), frame: 0 };
    });
    const text = generateC(module, { deviceType: deviceTypeOf(target.kind) });
    return {
      format: "c",
      code: new TextEncoder().encode(text),
      record: {
        formatVersion: FORMAT_VERSION,
        target: target.toString(),
        device: target.kind,
        ...(target.configuration === undefined ? {} : { configuration: target.configuration }),
        entry: entry!,
        functions,
        recordings: [],
        parallels: [],
        packed: [],
        assertions: [],
      },
      tir: () => printModule(source).text,
      calls: () => [],
      imports: [],
    };
  },
};
