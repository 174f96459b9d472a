/** What was run in this session, as `history_request` asks for it. It is kept in memory only. */

import type { Json } from "../wire";

/** Front ends number sessions; this one is also called 0, "the current". */
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

  /** Keeps the text of the latest entry's result. */
  setOutput(output: string): void {
    const last = this.entries.at(-1);
    if (last !== undefined) last.output = output;
  }

  /** The entries that a request's content asks for. */
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
 * Whether a text is what a pattern with `*` and `?` says, as shells have them. Only the last `*` is
 * ever tried again, so that no pattern keeps the kernel busy.
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
