import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, test } from "vitest";
import { programs } from "./lowered-programs";

const folder = join(import.meta.dirname, "lowered");

describe("programs are lowered to the reference's texts", () => {
  test.each(Object.entries(programs))("%s", (name, program) => {
    const text = readFileSync(join(folder, `${name}.txt`), "utf8");
    expect(program().toString().trimEnd()).toBe(text.trimEnd());
  });

  test("all recorded texts are compared", () => {
    const recorded = readdirSync(folder).map((file) => file.replace(/\.txt$/, ""));
    expect(recorded.sort()).toEqual(Object.keys(programs).sort());
  });
});
