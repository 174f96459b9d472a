/** Names of variables and buffers in TVMScript: unique, and released when a scope ends. */

import type { Buffer } from "../buffer";
import type { Var } from "../expr";

export class ScriptNames {
  readonly vars = new Map<Var, string>();
  readonly buffers = new Map<Buffer, string>();
  /** The printed shape, type and layout of each declared buffer. */
  readonly declarations = new Map<Buffer, string>();
  /** The number of numbered names made from each name; negative when the name is released. */
  private readonly counts = new Map<string, number>();

  /** Removes all assignments of names. Used names are not released. */
  nextFunction(): void {
    this.vars.clear();
    this.buffers.clear();
    this.declarations.clear();
  }

  ofVar(variable: Var): string {
    let name = this.vars.get(variable);
    if (name === undefined) {
      name = this.unique(spelling(variable.name, "v"));
      this.vars.set(variable, name);
    }
    return name;
  }

  newBuffer(buffer: Buffer): string {
    const name = this.unique(spelling(buffer.name, "buf_"));
    this.buffers.set(buffer, name);
    return name;
  }

  private unique(wanted: string): string {
    let name = wanted;
    let count = this.counts.get(wanted);
    if (count !== undefined && count >= 0) {
      do {
        count++;
        name = `${wanted}_${count}`;
      } while (this.counts.has(name));
      this.counts.set(wanted, count);
    }
    this.counts.set(name, 0);
    return name;
  }

  /** Releases a variable's name, unless another name was made from it. */
  release(variable: Var): void {
    const wanted = spelling(variable.name, "v");
    const count = this.counts.get(wanted);
    if (count === undefined) return;
    const latest = count > 0 ? `${wanted}_${count}` : wanted;
    if (latest === this.vars.get(variable)) this.counts.set(wanted, count - 1);
  }
}

function spelling(name: string, prefix: string): string {
  return (/^[A-Za-z]/.test(name) ? name : prefix + name).replaceAll(".", "_");
}
