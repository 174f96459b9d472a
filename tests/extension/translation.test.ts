import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import type { TranslationBundle } from "@jupyterlab/translation";
import { expect, test } from "vitest";
import { translatedSchema } from "../../extension/src/options/translated-schema";

const extension = fileURLToPath(new URL("../../extension/", import.meta.url));

/** The English texts that the sources pass to the translator, and whether each has a plural. */
function textsInSources(): Map<string, boolean> {
  const texts = new Map<string, boolean>();
  for (const name of readdirSync(`${extension}src`, { recursive: true, encoding: "utf8" })) {
    if (!name.endsWith(".ts")) continue;
    const source = readFileSync(`${extension}src/${name}`, "utf8");
    for (const match of source.matchAll(/trans\s*\.(__|_n)\(\s*("(?:[^"\\]|\\.)*")/g)) {
      texts.set(JSON.parse(match[2]!) as string, match[1] === "_n");
    }
  }
  for (const text of textsInSettings()) if (!texts.has(text)) texts.set(text, false);
  return texts;
}

/** The texts of the settings' schema that users see. */
function textsInSettings(): Set<string> {
  const texts = new Set<string>();
  const schema: unknown = JSON.parse(readFileSync(`${extension}schema/options.json`, "utf8"));
  // Every text of the schema is passed to the function that translates.
  const trans = { __: (text: string) => (texts.add(text), text) } as TranslationBundle;
  translatedSchema(schema as object, trans);
  return texts;
}

test("settings have titles and descriptions in the user's language, and nothing else changes", () => {
  const schema = {
    "jupyter.lab.setting-icon": "ui-components:code",
    title: "Views",
    properties: {
      layout: { type: "string", title: "Layout", oneOf: [{ const: "after", title: "After" }] },
    },
  };
  const trans = { __: (text: string) => text.toUpperCase() } as TranslationBundle;
  expect(translatedSchema(schema, trans)).toEqual({
    "jupyter.lab.setting-icon": "ui-components:code",
    title: "VIEWS",
    properties: {
      layout: { type: "string", title: "LAYOUT", oneOf: [{ const: "after", title: "AFTER" }] },
    },
  });
});

const catalogue = JSON.parse(
  readFileSync(
    `${extension}jupyterlab_tvm_vta/locale/zh_CN/LC_MESSAGES/jupyterlab_tvm_vta.json`,
    "utf8",
  ),
) as Record<string, string[]>;

const known = Object.keys(catalogue).filter((key) => key !== "");

const placeholders = (text: string) => [...text.matchAll(/%\d/g)].map(([found]) => found).sort();

test("the Chinese catalogue has every text of the extension and no other", () => {
  expect([...known].sort()).toEqual([...textsInSources().keys()].sort());
});

test("a translation has the places for values that its text has", () => {
  for (const text of known) {
    expect(placeholders(catalogue[text]![0]!), text).toEqual(placeholders(text));
  }
});

test("a text with a plural has two translations, which JupyterLab requires", () => {
  for (const [text, hasPlural] of textsInSources()) {
    expect(catalogue[text], text).toHaveLength(hasPlural ? 2 : 1);
  }
});
