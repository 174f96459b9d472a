/** Names of variables and buffers in TVMScript: unique, and free again when a scope ends. */

import type { Buffer } from "../buffer";
import type { Var } from "../expr";

export class ScriptNames {
  readonly vars = new Map<Var, string>();
  readonly buffers = new Map<Buffer, string>();
  /** A buffer's shape, type and layout as they are printed where it is declared. */
  readonly declarations = new Map<Buffer, string>();
  /** For each name how many numbered ones followed it; below zero when it is free again. */
  private readonly counts = new Map<string, number>();

  /** Forgets who is called what; names once used stay used. */
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

  /** Gives a variable's name back, if no name was made from it since. */
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
