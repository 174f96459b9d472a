/** Configurations and workloads in the notation of AutoTVM's records. */

/** A choice of a knob. */
export type KnobValue = number | string | boolean;

/** One knob's choice in a record. */
export type EntityEntry = readonly [
  name: string,
  kind: "sp" | "ot" | "re" | "an",
  value: KnobValue | readonly number[] | readonly string[],
];

/** A configuration in a record, its knobs in the order of the space. */
export type Entity = readonly EntityEntry[];

export type TensorArgument = readonly ["TENSOR", readonly number[], string];
export type TemplateArgument = TensorArgument | number | string | null | readonly number[];
export type TemplateArguments = readonly TemplateArgument[];
