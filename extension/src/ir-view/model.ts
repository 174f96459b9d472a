/** The model of an IR view: the facts at each place, and their other occurrences. */

import type { view } from "tvm-ts";

/** `text.slice(from, to)` shows a fact. */
export interface Place {
  readonly from: number;
  readonly to: number;
  readonly fact: number;
}

export class IrModel {
  private readonly places: readonly Place[];
  private readonly byFact = new Map<number, Place[]>();

  constructor(private readonly data: view.IrView) {
    const places: Place[] = [];
    for (let i = 0; i < data.places.length; i += 3) {
      const [from, to, fact] = data.places.slice(i, i + 3) as [number, number, number];
      const place = { from, to, fact };
      places.push(place);
      const existing = this.byFact.get(fact);
      if (existing === undefined) this.byFact.set(fact, [place]);
      else existing.push(place);
    }
    this.places = places;
  }

  get text(): string {
    return this.data.text;
  }

  fact(index: number): view.IrFact {
    return this.data.facts[index]!;
  }

  /** The place that contains `position` or ends there. */
  placeAt(position: number): Place | undefined {
    let low = 0;
    let high = this.places.length - 1;
    while (low <= high) {
      const middle = (low + high) >> 1;
      const place = this.places[middle]!;
      if (place.to < position) low = middle + 1;
      else if (place.from > position) high = middle - 1;
      else return place;
    }
    return undefined;
  }

  /**
   * All occurrences of a fact. A loop or allocation includes its variable, and a call all other calls of its
   * function.
   */
  usesOf(index: number): readonly Place[] {
    const fact = this.fact(index);
    const own = this.byFact.get(index) ?? [];
    if (fact.kind === "call") return this.callsOf(fact);
    if (!("variable" in fact)) return own;
    const uses = [...own, ...(this.byFact.get(fact.variable) ?? [])];
    return uses.sort((a, b) => a.from - b.from);
  }

  private callsOf({ op, callee }: view.CallFact): readonly Place[] {
    const calls = this.data.facts.flatMap((fact, i) =>
      fact.kind === "call" && fact.op === op && fact.callee === callee ? [i] : [],
    );
    const places = calls.flatMap((call) => this.byFact.get(call) ?? []);
    return places.sort((a, b) => a.from - b.from);
  }

  /**
   * The attributes and buffers between the first line of a function and its body, which are folded at first:
   * ranges of two or more lines, from line end to line end.
   */
  get headers(): readonly { readonly from: number; readonly to: number }[] {
    const { text } = this;
    return [...text.matchAll(/ = primfn\(.*\) -> .*$/gm)].flatMap(({ index, 0: line }) => {
      const from = index + line.length;
      const to = text.indexOf(" {\n", from);
      return to > from + 1 ? [{ from, to }] : [];
    });
  }

  /** The loop of this variable, or the allocation that it points to. */
  ownersOf(variable: number): readonly view.IrFact[] {
    return this.data.facts.filter((fact) => "variable" in fact && fact.variable === variable);
  }
}
