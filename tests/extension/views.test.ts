import { expect, test } from "vitest";
import { view } from "tvm-ts";
import * as vta from "vta-ts";
import { viewsToRegister } from "../../extension/src/mime/views";

const typesWhere = (drawn: readonly string[]) =>
  viewsToRegister(drawn).map(({ mimeType }) => mimeType);

test("a Plotly renderer that exists already stays", () => {
  const { plotly, tensor } = view.mimeTypes;
  expect(typesWhere([])).toContain(plotly);
  expect(typesWhere([plotly])).not.toContain(plotly);
  expect(typesWhere([plotly])).toContain(tensor);
});

test("untrusted notebooks are drawn only by our views", () => {
  for (const { mimeType, safe } of viewsToRegister([])) {
    expect(safe, mimeType).toBe(mimeType !== view.mimeTypes.plotly);
  }
});

test("the types that are drawn are types that the library makes", () => {
  const made: readonly string[] = Object.values({
    ...view.mimeTypes,
    ...vta.view.mimeTypes,
  });
  for (const type of typesWhere([])) expect(made).toContain(type);
});
