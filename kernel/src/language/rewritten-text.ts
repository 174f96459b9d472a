/**
 * A rewritten text of a cell, with the mapping to the user's text.
 *
 *     user      const o = { x };   o.x
 *     compiler  const o = { x: x };   o.x      edit: insert ": x"
 *
 * Every rewriting of cells is a list of edits, so that errors, completions and inspections can be mapped to
 * the user's text. Rewritings are chained: the edits of each refer to the text before it.
 */

/** Replaces the characters from `start` to `end` (exclusive) by `text`. */
export interface Edit {
  readonly start: number;
  readonly end: number;
  readonly text: string;
}

export class RewrittenText {
  private constructor(
    readonly text: string,
    private readonly before: RewrittenText | undefined,
    /** In the order of their positions, which refer to `before`. */
    private readonly edits: readonly Edit[],
  ) {}

  static of(text: string): RewrittenText {
    return new RewrittenText(text, undefined, []);
  }

  /** Applies edits in any order; they must not overlap. */
  edit(edits: readonly Edit[]): RewrittenText {
    if (edits.length === 0) return this;
    const ordered = [...edits].sort((a, b) => a.start - b.start);
    const parts: string[] = [];
    let done = 0;
    for (const edit of ordered) {
      parts.push(this.text.slice(done, edit.start), edit.text);
      done = edit.end;
    }
    parts.push(this.text.slice(done));
    return new RewrittenText(parts.join(""), this, ordered);
  }

  /** Maps `offset` to the user's text; inside inserted text, to the start of the edit. */
  toOriginal(offset: number): number {
    if (this.before === undefined) return offset;
    let shift = 0;
    for (const edit of this.edits) {
      const start = edit.start + shift;
      if (offset < start) break;
      if (offset < start + edit.text.length) return this.before.toOriginal(edit.start);
      shift += edit.text.length - (edit.end - edit.start);
    }
    return this.before.toOriginal(offset - shift);
  }

  /** Maps `offset` of the user's text to this text; inside replaced text, to the start of the edit. */
  fromOriginal(offset: number): number {
    if (this.before === undefined) return offset;
    const at = this.before.fromOriginal(offset);
    let shift = 0;
    for (const edit of this.edits) {
      if (at < edit.start || (at === edit.start && edit.end > edit.start)) break;
      if (at < edit.end) return edit.start + shift;
      shift += edit.text.length - (edit.end - edit.start);
    }
    return at + shift;
  }
}

/** Lines and columns of a text, both from 0. */
export class LineIndex {
  private readonly starts: number[] = [0];

  constructor(text: string) {
    for (let at = text.indexOf("\n"); at >= 0; at = text.indexOf("\n", at + 1)) {
      this.starts.push(at + 1);
    }
  }

  position(offset: number): { line: number; column: number } {
    let low = 0;
    let high = this.starts.length - 1;
    while (low < high) {
      const middle = (low + high + 1) >> 1;
      if (this.starts[middle]! <= offset) low = middle;
      else high = middle - 1;
    }
    return { line: low, column: offset - this.starts[low]! };
  }

  offset(line: number, column: number): number {
    return (this.starts[line] ?? this.starts.at(-1)!) + column;
  }
}
