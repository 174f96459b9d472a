/** Compiled modules of this process as sessions see them. */

import type { Argument, Module, PackedFunc } from "../../runtime";
import { ServedModule, type ServedFunction } from "./machine";

/** Name under which a module's entry function is found, whatever its own name. */
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

/** The function checks its arguments, of whatever kind they are. */
function servedFunction(func: PackedFunc): ServedFunction {
  return (...args) => func(...(args as Argument[]));
}

function moduleHasFunction(module: Module, name: string, queryImports: boolean): boolean {
  if (module.record.functions.some((func) => func.name === name)) return true;
  return queryImports && module.imports.some((imported) => moduleHasFunction(imported, name, true));
}
