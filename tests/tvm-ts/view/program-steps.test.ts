import { lower, te, view, type tir } from "tvm-ts";
import { describe, expect, test } from "vitest";

function programs(): { plain: tir.IRModule; split: tir.IRModule; vectorized: tir.IRModule } {
  const A = te.placeholder([64], { name: "A" });
  const B = te.compute([64], (i) => A(i).mul(2), "B");
  const s = te.createSchedule(B.op);
  const plain = lower(s, [A, B]);
  const [, inner] = s.stage(B).split(B.op.axis[0]!, { factor: 16 });
  const split = lower(s, [A, B]);
  s.stage(B).vectorize(inner);
  return { plain, split, vectorized: lower(s, [A, B]) };
}

function formsOf(picture: view.Picture): Record<string, unknown> {
  const forms = picture[Symbol.for("Jupyter.display") as never] as () => Record<string, unknown>;
  return forms.call(picture);
}

const viewOf = (picture: view.Picture): view.PassView =>
  formsOf(picture)[view.mimeTypes.passes] as view.PassView;

describe("steps", () => {
  test("compares each program with the one before it", () => {
    const { steps, texts } = viewOf(view.steps(programs()));
    expect(steps.map(({ name, changed }) => [name, changed])).toEqual([
      ["split", true],
      ["vectorized", true],
    ]);
    expect(texts).toHaveLength(3);
    expect(texts[steps[0]!.before]).not.toContain("i.outer");
    expect(texts[steps[0]!.after]).toContain("i.outer");
    expect(steps[1]!.before).toBe(steps[0]!.after);
    expect(texts[steps[1]!.after]).toContain("ramp");
  });

  test("marks programs that did not change", () => {
    const { plain } = programs();
    expect(viewOf(view.steps({ plain, same: plain })).steps[0]!.changed).toBe(false);
  });

  test("has no times, since no pass ran", () => {
    expect(formsOf(view.steps(programs()))["text/html"]).not.toContain(" ms)");
  });

  test("takes lowered programs, at least two", () => {
    const { plain } = programs();
    expect(() => view.steps({ plain })).toThrow("two or more lowered programs");
    expect(() => view.steps({ plain, s: {} as never })).toThrow(
      "s is not a lowered program; pass what tvm.lower(",
    );
  });
});
