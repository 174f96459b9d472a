/**
 * The names of calls' arguments, for front ends. The IR has only their order; targets register the
 * names for their functions.
 */

/** An argument of a call, as text. */
export interface NamedArgument {
  readonly name: string;
  readonly value: string;
}

const registry = new Map<string, readonly string[]>();

/**
 * @param names the argument names of each function, in order, by the name of an external function
 * (whose name argument is left out) or of an operator (`tir.vta.uop_push`)
 */
export function nameArguments(names: Readonly<Record<string, readonly string[]>>): void {
  for (const [name, argumentNames] of Object.entries(names)) registry.set(name, argumentNames);
}

/** Undefined for functions without registered names. */
export function argumentNames(name: string): readonly string[] | undefined {
  return registry.get(name);
}
