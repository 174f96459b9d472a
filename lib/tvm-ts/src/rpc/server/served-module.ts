/** Compiled modules of this process, served to sessions. */

import type { Argument, Module, PackedFunc } from "../../runtime";
import { ServedModule, type ServedFunction } from "./machine";

/** The name that always refers to a module's entry function. */
export const ENTRY_NAME = "__tvm_main__";

const modules = new WeakMap<ServedModule, Module>();

export function servedModule(module: Module): ServedModule {
  const served = new ServedModule(
    (name, queryImports) => {
      const func = name === ENTRY_NAME ? module.record.entry : name;
      return moduleHasFunction(module, func, queryImports)
        ? servedFunction(module.getFunction(func))
        : undefined;
    },
    (child) => void module.import(modules.get(child)!),
  );
  modules.set(served, module);
  return served;
}

/** The function checks the types of its arguments. */
function servedFunction(func: PackedFunc): ServedFunction {
  return (...args) => func(...(args as Argument[]));
}

function moduleHasFunction(module: Module, name: string, queryImports: boolean): boolean {
  if (module.record.functions.some((func) => func.name === name)) return true;
  return queryImports && module.imports.some((imported) => moduleHasFunction(imported, name, true));
}
