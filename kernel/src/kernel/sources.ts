/** The sources that errors refer to: cells by name, files from disk. */

import { readText } from "../hosts/node/files";

/** A place in a text; line and column count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
  readonly column: number;
}

const LINES_BEFORE = 2;

export class Sources {
  private readonly cells = new Map<string, string>();

  addCell(name: string, text: string): void {
    this.cells.set(name, text);
  }

  /** Whether a source is a cell, or a file that the user may have written. */
  isUsers(file: string): boolean {
    return this.cells.has(file) || (file.startsWith("/") && !file.includes("/node_modules/"));
  }

  /**
   * The line of a place with a caret below it and some lines above:
   *
   *     1 | const shape = [1, 16];
   *     2 | te.placeholder(shape, 3);
   *       |                       ^
   *
   * Undefined if the text is unknown.
   */
  excerpt({ file, line, column }: Place, length = 1): string[] {
    const lines = this.text(file)?.split("\n");
    const text = lines?.[line - 1];
    if (lines === undefined || text === undefined) return [];
    const width = String(line).length;
    const gutter = (label: string | number): string => `  ${String(label).padStart(width)} | `;
    const shown: string[] = [];
    for (let at = Math.max(line - LINES_BEFORE, 1); at <= line; at++) {
      shown.push(`${gutter(at)}${lines[at - 1]!}`.trimEnd());
    }
    // Tabs are copied, so that the caret is aligned.
    const indent = text.slice(0, column - 1).replace(/[^\t]/g, " ");
    const carets = "^".repeat(Math.max(Math.min(length, text.length - column + 1), 1));
    return [...shown, `${gutter("")}${indent}${carets}`];
  }

  private text(file: string): string | undefined {
    const cell = this.cells.get(file);
    return cell ?? (file.startsWith("/") ? readText(file) : undefined);
  }
}
