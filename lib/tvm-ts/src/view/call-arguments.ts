/**
 * What the arguments of calls are called. The IR knows them by their order only; targets that bring
 * functions say their names, so that a front end can.
 */

/** An argument of a call, as text. */
export interface NamedArgument {
  readonly name: string;
  readonly value: string;
}

const registry = new Map<string, readonly string[]>();

/**
 * @param names the arguments of each function, in order: of an external one by its own name, without
 * the name that an external call begins with; of an operator by the operator's (`tir.vta.uop_push`)
 */
export function nameArguments(names: Readonly<Record<string, readonly string[]>>): void {
  for (const [name, argumentNames] of Object.entries(names)) registry.set(name, argumentNames);
}

/** Undefined for functions whose arguments have no names. */
export function argumentNames(name: string): readonly string[] | undefined {
  return registry.get(name);
}
