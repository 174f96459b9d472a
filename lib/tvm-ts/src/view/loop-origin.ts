/**
 * What a loop came from, told by its name. Schedules name the loops they make after the axes they
 * make them of: a split of `i` gives `i.outer` and `i.inner`, fusing `i` and `j` gives `i.j.fused`,
 * a cache stage's axes end in `.c`, a reduction's initialisation in `.init`. (Names: the
 * reference's `te/schedule` and `te/operation`.)
 */

/** `from` was split, fused or copied to make the loop. */
export interface LoopOrigin {
  readonly how: "outer" | "inner" | "fused" | "cache" | "init" | "rfactor";
  readonly from: readonly string[];
}

const SUFFIXES: Readonly<Record<string, LoopOrigin["how"]>> = {
  outer: "outer",
  inner: "inner",
  c: "cache",
  init: "init",
  v: "rfactor",
};

/** Undefined for a plain axis and for names that follow no such rule. */
export function loopOrigin(name: string): LoopOrigin | undefined {
  // The name is in postfix form: "i.outer.j.fused" fuses the two names before its last word.
  const stack: { name: string; origin?: LoopOrigin }[] = [];
  for (const word of name.split(".")) {
    const how = SUFFIXES[word];
    if (word === "fused") {
      const second = stack.pop();
      const first = stack.pop();
      if (first === undefined || second === undefined) return undefined;
      const from = [first.name, second.name];
      stack.push({ name: `${from.join(".")}.fused`, origin: { how: "fused", from } });
    } else if (how !== undefined && stack.length > 0) {
      const { name: from } = stack.pop()!;
      stack.push({ name: `${from}.${word}`, origin: { how, from: [from] } });
    } else {
      stack.push({ name: word });
    }
  }
  return stack.length === 1 ? stack[0]!.origin : undefined;
}
