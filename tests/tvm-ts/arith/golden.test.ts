import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { answerArith, ARITH_FIELDS } from "../../support/arith-answers";

const lines = readFileSync(new URL("../../golden/arith.jsonl", import.meta.url), "utf8")
  .trim()
  .split("\n");

test("the analyzer answers as the reference does", () => {
  const wrong = new Map<string, string[]>(ARITH_FIELDS.map((field) => [field, []]));
  lines.forEach((text, i) => {
    const line = JSON.parse(text) as Record<string, unknown>;
    const answer = answerArith(line) as unknown as Record<string, unknown>;
    for (const field of ARITH_FIELDS) {
      if (JSON.stringify(answer[field]) !== JSON.stringify(line[field])) {
        wrong
          .get(field)!
          .push(
            `line ${i + 1}: ${JSON.stringify(line[field])} came out ${JSON.stringify(answer[field])}`,
          );
      }
    }
  });
  expect(Object.fromEntries([...wrong].filter(([, list]) => list.length > 0))).toEqual({});
});
