/** The code generator for C: TVM's C runtime loads its sources when they are compiled. */

import { deviceTypeOf } from "../../artifact";
import { printModule } from "../../ir";
import type { CodeGenerator } from "../code-generator";
import { lowerIntrinsics } from "../lower-intrinsics";
import { moduleRecord } from "../record-module";
import { generateC } from "./generate";

export const cGenerator: CodeGenerator = {
  name: "c",
  passes: (target) => [lowerIntrinsics(target)],
  generate(module, target, source) {
    const text = generateC(module, { deviceType: deviceTypeOf(target.kind) });
    return {
      format: "c",
      code: new TextEncoder().encode(text),
      record: moduleRecord(module, target),
      tir: () => printModule(source).text,
      calls: () => [],
      imports: [],
    };
  },
};
