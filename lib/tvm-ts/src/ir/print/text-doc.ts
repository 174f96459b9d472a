/**
 * Text being printed, with the range of each node in it. Front ends use this map for hovering, folding
 * and highlighting.
 */

import type { Buffer } from "../buffer";
import type { IterVar } from "../expr";
import type { Node } from "../shapes";

/** The node that a range of printed text shows. */
export type PrintedNode = Node | Buffer | IterVar;

/** `text.slice(start, end)` shows `node`. Ranges nest; parents come before children. */
export interface TextRange {
  readonly start: number;
  readonly end: number;
  readonly node: PrintedNode;
}

export interface PrintedText {
  readonly text: string;
  readonly ranges: readonly TextRange[];
}

/** An output buffer with the current indentation. */
export class TextDoc {
  private text = "";
  private indent = 0;
  private readonly ranges: { start: number; end: number; node: PrintedNode }[] = [];

  /** Appends text without line breaks. */
  put(text: string): this {
    this.text += text;
    return this;
  }

  newLine(): this {
    this.text += "\n" + " ".repeat(this.indent);
    return this;
  }

  /** Runs `body` with line breaks inside it indented by `columns` more. */
  indented(columns: number, body: () => void): this {
    this.indent += columns;
    body();
    this.indent -= columns;
    return this;
  }

  /** Runs `body` and records its output as the range of `node`. */
  showing(node: PrintedNode, body: () => void): this {
    const range = { start: this.text.length, end: 0, node };
    this.ranges.push(range);
    body();
    range.end = this.text.length;
    return this;
  }

  /** Calls `item` for each element, with `separator` between. */
  list<T>(items: Iterable<T>, separator: string, item: (element: T) => void): this {
    let first = true;
    for (const element of items) {
      if (!first) this.put(separator);
      first = false;
      item(element);
    }
    return this;
  }

  /** An empty document with this document's indentation, to be appended to it later. */
  continued(): TextDoc {
    const rest = new TextDoc();
    rest.indent = this.indent;
    return rest;
  }

  append(rest: TextDoc): this {
    const offset = this.text.length;
    for (const { start, end, node } of rest.ranges) {
      this.ranges.push({ start: start + offset, end: end + offset, node });
    }
    this.text += rest.text;
    return this;
  }

  finish(): PrintedText {
    return { text: this.text, ranges: this.ranges };
  }
}

/** A supply of unused names: `x`, then `x_1`, `x_2` and so on. */
export class NameSupply {
  private readonly used = new Map<string, number>();

  take(wanted: string): string {
    let name = wanted;
    let count = this.used.get(wanted);
    if (count !== undefined) {
      do {
        count++;
        name = `${wanted}_${count}`;
      } while (this.used.has(name));
      this.used.set(wanted, count);
    }
    this.used.set(name, 0);
    return name;
  }
}
