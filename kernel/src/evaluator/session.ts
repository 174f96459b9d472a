/**
 * The names that cells have declared: the object that cells' code calls `exports`.
 *
 * Each name is an accessor to the variable of the cell that declared it last, so that assignments
 * are seen both ways and a name that its cell did not get to is reported as such.
 */

import type { SessionCopy } from "../hosts/node/session-copy";

type Binding = readonly [get: () => unknown, set?: (value: unknown) => void];

export class Session {
  readonly exports: Record<string, unknown> = {};

  /** What the names stand for now; those that their cell did not get to are left out. */
  get variables(): ReadonlyMap<string, unknown> {
    const variables = new Map<string, unknown>();
    for (const name of Object.keys(this.exports)) {
      try {
        variables.set(name, this.exports[name]);
      } catch {
        // A variable that was never initialized.
      }
    }
    return variables;
  }

  /** Makes a cell's variables the session's names. */
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

  /** Takes over what is left of an earlier session. */
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
          `${name} was lost when a cell was stopped; run the cell that makes it again`,
        );
      };
      Object.defineProperty(this.exports, name, { get, configurable: true, enumerable: true });
    }
  }

  /** Takes the value that a cell left under `name`. */
  take(name: string): unknown {
    const value = this.exports[name];
    Reflect.deleteProperty(this.exports, name);
    // A function that has no name of its own has been given this one.
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
      `${name} has no value: the cell that declares it ended before; run that cell again`,
    );
  }
}
