/** The cells that were run in this session, for `history_request`. Stored in memory only. */

import type { Json } from "../wire";

/** The session's number for front ends, who also call it 0, "the current". */
const SESSION = 1;

interface Entry {
  readonly line: number;
  readonly input: string;
  output: string | null;
}

type HistoryItem = [session: number, line: number, text: string | [string, string | null]];

export class History {
  private readonly entries: Entry[] = [];

  add(line: number, input: string): void {
    this.entries.push({ line, input, output: null });
  }

  /** Stores the text of the latest entry's result. */
  setOutput(output: string): void {
    const last = this.entries.at(-1);
    if (last !== undefined) last.output = output;
  }

  /** The entries that a request selects. */
  find(request: Json): HistoryItem[] {
    const withOutput = request["output"] === true;
    return this.select(request).map(({ line, input, output }) => [
      SESSION,
      line,
      withOutput ? [input, output] : input,
    ]);
  }

  private select(request: Json): Entry[] {
    const number = (name: string): number | undefined => {
      const value = request[name];
      return typeof value === "number" ? value : undefined;
    };
    const last = number("n");
    switch (request["hist_access_type"]) {
      case "range": {
        const session = number("session") ?? 0;
        if (session !== 0 && session !== SESSION) return [];
        const start = number("start") ?? 0;
        const stop = number("stop") ?? Infinity;
        return this.entries.filter(({ line }) => line >= start && line < stop);
      }
      case "search": {
        const pattern = String(request["pattern"] ?? "*");
        let found = this.entries.filter(({ input }) => matchesGlob(input, pattern));
        if (request["unique"] === true) {
          found = [...new Map(found.map((entry) => [entry.input, entry])).values()];
        }
        return tail(found, last);
      }
      default:
        return tail(this.entries, last);
    }
  }
}

function tail(entries: Entry[], count: number | undefined): Entry[] {
  return count === undefined ? entries : entries.slice(Math.max(entries.length - count, 0));
}

/**
 * Whether a text matches a shell pattern with `*` and `?`. Backtracks only to the last `*`, so that the time
 * is at most quadratic.
 */
function matchesGlob(text: string, glob: string): boolean {
  let at = 0;
  let inGlob = 0;
  let star = -1;
  let afterStar = 0;
  while (at < text.length) {
    if (glob[inGlob] === "*") {
      star = inGlob++;
      afterStar = at;
    } else if (glob[inGlob] === "?" || glob[inGlob] === text[at]) {
      inGlob++;
      at++;
    } else if (star >= 0) {
      inGlob = star + 1;
      at = ++afterStar;
    } else return false;
  }
  return /^\**$/.test(glob.slice(inGlob));
}
