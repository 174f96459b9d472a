/** Configurations and workloads as AutoTVM's records write them. */

/** What a knob can be set to. */
export type KnobValue = number | string | boolean;

/** One knob's choice as AutoTVM's records write it. */
export type EntityEntry = readonly [
  name: string,
  kind: "sp" | "ot" | "re" | "an",
  value: KnobValue | readonly number[] | readonly string[],
];

/** A configuration as AutoTVM's records write it, its knobs in the order of the space. */
export type Entity = readonly EntityEntry[];

export type TensorArgument = readonly ["TENSOR", readonly number[], string];
export type TemplateArgument = TensorArgument | number | string | null | readonly number[];
export type TemplateArguments = readonly TemplateArgument[];
