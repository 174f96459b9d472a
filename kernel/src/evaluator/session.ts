/**
 * The variables that cells have declared: the object `exports` in cells' code.
 *
 * Each name is an accessor to the variable of the cell that declared it last, so that assignments are visible
 * both ways, and an uninitialized variable is reported as such.
 */

import type { SessionCopy } from "../hosts/node/session-copy";

type Binding = readonly [get: () => unknown, set?: (value: unknown) => void];

export class Session {
  readonly exports: Record<string, unknown> = {};

  /** The names' values, without uninitialized variables. */
  get variables(): ReadonlyMap<string, unknown> {
    const variables = new Map<string, unknown>();
    for (const name of Object.keys(this.exports)) {
      try {
        variables.set(name, this.exports[name]);
      } catch {
        // The variable is uninitialized.
      }
    }
    return variables;
  }

  /** Adds a cell's variables to the session. */
  readonly bind = (bindings: Record<string, Binding>): void => {
    for (const [name, [get, set]] of Object.entries(bindings)) {
      Object.defineProperty(this.exports, name, {
        get: () => valueOf(name, get),
        ...(set === undefined ? {} : { set }),
        configurable: true,
        enumerable: true,
      });
    }
  };

  /** Restores variables of an earlier session. */
  restore({ values, lost }: SessionCopy): void {
    for (const [name, value] of Object.entries(values)) {
      Object.defineProperty(this.exports, name, {
        value,
        writable: true,
        configurable: true,
        enumerable: true,
      });
    }
    for (const name of lost) {
      const get = (): never => {
        throw new ReferenceError(
          `${name} was lost when a cell was stopped; rerun the cell that declares it`,
        );
      };
      Object.defineProperty(this.exports, name, { get, configurable: true, enumerable: true });
    }
  }

  /** Removes and returns the value that a cell stored under `name`. */
  take(name: string): unknown {
    const value = this.exports[name];
    Reflect.deleteProperty(this.exports, name);
    // An anonymous function got this name.
    if (typeof value === "function" && value.name === name) {
      Object.defineProperty(value, "name", { value: "" });
    }
    return value;
  }
}

function valueOf(name: string, get: Binding[0]): unknown {
  try {
    return get();
  } catch {
    throw new ReferenceError(
      `${name} has no value: the cell that declares it ended before that line; rerun that cell`,
    );
  }
}
