/** Builds the packed operators that golden entries describe by their sizes and knobs. */

import { te, tir, topi } from "tvm-ts";
import * as vta from "vta-ts";
import { inputData } from "../support/golden-data";
import type { OperatorEntry } from "./corpus";
import { environmentOf, runVta, type ActualRun } from "./vta";

export interface GoldenOperator {
  /** The lowered function's text. */
  lowered(): string;
  run(): Promise<ActualRun>;
}

/** The passes that the reference leaves out of these operators. */
export const LEFT_OUT = { disabledPass: ["tir.CommonSubexprElimTIR"] };

export function buildOperator(entry: OperatorEntry): GoldenOperator {
  const env = environmentOf(entry.config);
  const declared = declareOperator(entry, env);
  const context = vta.buildConfig({ env, ...LEFT_OUT });
  return {
    lowered: () =>
      vta.lower(declared.schedule, declared.args, { simpleMode: true, context }).toString(),
    run() {
      const arrays = declared.args.map((tensor, i) => {
        const shape = tensor.shape.map((dim) => tir.constIntValue(dim)!);
        const name = declared.names[i]!;
        const input = entry.inputs[name];
        const data = input === undefined ? undefined : inputData(shape, tensor.dtype, input);
        return { name, shape, dtype: tensor.dtype, data };
      });
      return runVta(declared.schedule, declared.args, arrays, LEFT_OUT, env);
    },
  };
}

export interface DeclaredOperator {
  readonly schedule: te.Schedule;
  readonly args: readonly te.Tensor[];
  readonly names: readonly string[];
}

/** The operator's schedule and the arrays it works on. */
export function declareOperator(
  { operator, workload, knobs }: Pick<OperatorEntry, "operator" | "workload" | "knobs">,
  env: vta.Environment,
): DeclaredOperator {
  const size = (name: string): number => workload[name]!;
  const [batch, inputs, outputs] = [
    size("batch") / env.BATCH,
    size("in") / env.BLOCK_IN,
    size("out") / env.BLOCK_OUT,
  ];
  const image = operator === "dense_packed" ? [] : [size("h"), size("w")];
  const window = operator === "dense_packed" ? [] : [size("k"), size("k")];
  const perGroup = inputs / (workload["groups"] ?? 1);

  const data = te.placeholder([batch, inputs, ...image, env.BATCH, env.BLOCK_IN], {
    name: "data",
    dtype: env.inpDtype,
  });
  const kernel = te.placeholder([outputs, perGroup, ...window, env.BLOCK_OUT, env.BLOCK_IN], {
    name: "kernel",
    dtype: env.wgtDtype,
  });
  const strides = workload["stride"];
  const padding = workload["pad"];
  const options = {
    ...(strides === undefined ? {} : { strides }),
    ...(padding === undefined ? {} : { padding }),
    outDtype: env.accDtype,
  };
  const withBias = operator === "conv2d_packed" || operator === "group_conv2d_packed";
  const bias = te.placeholder([batch, outputs, 1, 1, env.BATCH, env.BLOCK_OUT], {
    name: "bias",
    dtype: env.accDtype,
  });
  const finish = (sums: te.Tensor): te.Tensor => {
    const shifted = topi.rightShift(sums, 8);
    const shiftedAndBiased = withBias ? topi.add(shifted, bias) : shifted;
    return topi.cast(vta.topi.clip(shiftedAndBiased, 0, 127), env.outDtype);
  };

  const chosen = readKnobs(knobs);
  const [result, schedule] = ((): [te.Tensor, te.Schedule] => {
    switch (operator) {
      case "conv2d_packed": {
        const out = finish(vta.topi.conv2dPacked(data, kernel, options));
        return [out, vta.topi.scheduleConv2dPacked(out, chosen, env)];
      }
      case "group_conv2d_packed": {
        const groups = size("groups");
        const out = finish(vta.topi.groupConv2dPacked(data, kernel, { ...options, groups }));
        return [out, vta.topi.scheduleGroupConv2dPacked(out, chosen, env)];
      }
      case "conv2d_transpose_packed": {
        const out = finish(vta.topi.conv2dTransposePacked(data, kernel, options));
        return [out, vta.topi.scheduleConv2dTransposePacked(out, chosen, env)];
      }
      case "dense_packed": {
        const out = finish(vta.topi.densePacked(data, kernel, { outDtype: env.accDtype }));
        return [out, vta.topi.scheduleDensePacked(out, chosen, env)];
      }
      default:
        throw new Error(`there is no operator ${operator}`);
    }
  })();
  return withBias
    ? { schedule, args: [data, kernel, bias, result], names: ["data", "kernel", "bias", "res"] }
    : { schedule, args: [data, kernel, result], names: ["data", "kernel", "res"] };
}

/** The reference's knobs are `[outer, inner]` extents, of which the inner one is used, or numbers. */
function readKnobs(knobs: OperatorEntry["knobs"]): vta.topi.ConvKnobs {
  const camel = (name: string): string => name.replace(/_(.)/g, (_, c: string) => c.toUpperCase());
  return Object.fromEntries(
    Object.entries(knobs).map(([name, value]) => [
      camel(name),
      typeof value === "number" ? value : value[value.length - 1],
    ]),
  );
}
