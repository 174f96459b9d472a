/** Facts as text. */

import type { TranslationBundle } from "@jupyterlab/translation";
import type { view } from "tvm-ts";
import type { IrModel } from "./model";

/** A name with its facts. */
export interface Description {
  readonly title: string;
  /** Label and value. */
  readonly rows: readonly (readonly [string, string])[];
}

type Row = readonly [string, string];

export function describe(model: IrModel, index: number, trans: TranslationBundle): Description {
  const fact = model.fact(index);
  switch (fact.kind) {
    case "variable": {
      const owners = model.ownersOf(index).flatMap((owner) => ownerRows(owner, trans));
      return { title: fact.name, rows: [...variableRows(fact, trans), ...owners] };
    }
    case "buffer":
      return { title: fact.name, rows: bufferRows(fact, trans) };
    case "call":
      return { title: fact.callee ?? fact.op, rows: callRows(fact, trans) };
    case "loop":
    case "allocation": {
      const variable = model.fact(fact.variable) as view.VariableFact;
      const rows = [...ownerRows(fact, trans), ...madeAtRow(variable, trans)];
      return { title: variable.name, rows };
    }
  }
}

/** One line, for the status bar and for screen readers. */
export function inOneLine({ title, rows }: Description): string {
  return [title, ...rows.map(([label, value]) => `${label}: ${value}`)].join(" · ");
}

function variableRows(fact: view.VariableFact, trans: TranslationBundle): Row[] {
  const type =
    fact.element === undefined
      ? fact.dtype
      : trans.__("pointer to %1 in %2", fact.element, fact.scope ?? "global");
  return [
    [trans.__("Type"), type],
    ...(fact.value === undefined ? [] : [[trans.__("Value"), fact.value] as const]),
    ...madeAtRow(fact, trans),
  ];
}

function bufferRows(fact: view.BufferFact, trans: TranslationBundle): Row[] {
  return [
    [trans.__("Buffer"), `${fact.dtype} [${fact.shape.join(", ")}]`],
    ...(fact.strides.length === 0
      ? []
      : [[trans.__("Strides"), `[${fact.strides.join(", ")}]`] as const]),
    [trans.__("Scope"), fact.scope],
    ...sizeRow(fact.bytes, trans),
    ...madeAtRow(fact, trans),
  ];
}

function callRows(fact: view.CallFact, trans: TranslationBundle): Row[] {
  return [
    [trans.__("Call"), fact.op],
    [trans.__("Type"), fact.dtype],
    ...(fact.named?.map(({ name, value }) => [name, value] as const) ?? [
      [trans.__("Arguments"), String(fact.arguments)] as const,
    ]),
  ];
}

function ownerRows(fact: view.IrFact, trans: TranslationBundle): Row[] {
  if (fact.kind === "loop") {
    const iterations =
      fact.min === "0"
        ? trans.__("%1 iterations", fact.extent)
        : trans.__("%1 iterations, from %2", fact.extent, fact.min);
    return [
      [trans.__("Loop"), iterations],
      ...(fact.forKind === "serial" ? [] : [[trans.__("Kind"), kindText(fact, trans)] as const]),
      ...originRows(fact.origins, trans),
    ];
  }
  if (fact.kind !== "allocation") return [];
  return [
    [trans.__("Allocation"), `${fact.dtype} [${fact.extents.join(", ")}]`],
    [trans.__("Scope"), fact.scope],
    ...sizeRow(fact.bytes, trans),
  ];
}

function kindText(loop: view.LoopFact, trans: TranslationBundle): string {
  switch (loop.forKind) {
    case "serial":
      return trans.__("serial");
    case "parallel":
      return trans.__("parallel");
    case "vectorized":
      return trans.__("vectorized");
    case "unrolled":
      return trans.__("unrolled");
    case "thread_binding":
      return trans.__("bound to thread %1", loop.threadTag ?? "");
  }
}

/** The origin of the loop, and the origin's own origin. */
function originRows(origins: readonly view.LoopOrigin[], trans: TranslationBundle): Row[] {
  return origins.map((origin, i) => [
    i === 0 ? trans.__("Comes from") : origin.name,
    originText(origin, trans),
  ]);
}

function originText(origin: view.LoopOrigin, trans: TranslationBundle): string {
  const { how, from, by, amount = "" } = origin;
  const [first = "", second = ""] = from;
  switch (how) {
    case "outer":
      return by === "nparts"
        ? trans.__("the outer part of %1, split in %2 parts", first, amount)
        : trans.__("the outer part of %1, split by %2", first, amount);
    case "inner":
      return by === "nparts"
        ? trans.__("the inner part of %1, split in %2 parts", first, amount)
        : trans.__("the inner part of %1, split by %2", first, amount);
    case "fused":
      return trans.__("%1 and %2, fused", first, second);
    case "cache":
      return trans.__("%1, of the cached stage", first);
    case "init":
      return trans.__("%1, of the reduction's initial value", first);
    case "rfactor":
      return trans.__("%1, of the factored reduction", first);
  }
}

function sizeRow(bytes: number | undefined, trans: TranslationBundle): Row[] {
  return bytes === undefined ? [] : [[trans.__("Size"), trans.__("%1 bytes", bytes)]];
}

function madeAtRow(
  fact: { readonly madeAt?: view.VariableFact["madeAt"] },
  trans: TranslationBundle,
): Row[] {
  const { madeAt } = fact;
  if (madeAt === undefined) return [];
  return [[trans.__("Made at"), `${madeAt.file}:${madeAt.line}:${madeAt.column}`]];
}
