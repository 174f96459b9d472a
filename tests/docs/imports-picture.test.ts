/** The pictures of imports agree with the sources, and no arrow goes against the order. */

import { readFileSync } from "node:fs";
import { expect, test } from "vitest";
import { arrows, draw, layers, LIBRARIES, pathOf, reduced } from "./imports-picture";

test.each(LIBRARIES)("%s: the picture is current; else run `npm run picture`", async (library) => {
  expect(readFileSync(pathOf(library), "utf8")).toBe(draw(await arrows(library)));
});

test.each(LIBRARIES)("%s: no arrow goes against the order of the layers", async (library) => {
  const order = layers(library);
  const all = await arrows(library);
  const against = all.filter(({ from, to }) => order.indexOf(to) >= order.indexOf(from));
  expect(against).toEqual([]);
  expect(new Set(all.flatMap(({ from, to }) => [from, to]))).toEqual(new Set(order));
});

test("an arrow that follows from a path of others is left out", () => {
  const all = [
    { from: "c", to: "b" },
    { from: "b", to: "a" },
    { from: "c", to: "a" },
  ];
  expect(reduced(all)).toEqual(all.slice(0, 2));
});
