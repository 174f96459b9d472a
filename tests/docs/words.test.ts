/** Phrases that readers have to decode are not written: in sources, documents, notebooks or messages. */

import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Each with what to write instead. */
const phrases: readonly (readonly [pattern: RegExp, instead: string])[] = [
  [/(?<!there )\bis no (?!longer|more|such|one|way|use|need|reason|doubt)[a-z]/i, "is not a"],
  [/\bis none of\b/i, "is not one of"],
  [/\bnobody\b/i, "the passive, or the program or user that is meant"],
  [/\bsomebody\b/i, "the program or user that is meant"],
  [/\bwhoever\b/i, "the program or user that is meant"],
  [/\bfor ever\b/i, "without end"],
  [/\blies in\b/i, "is stored in, is in"],
  [/\blie in\b/i, "are stored in, are in"],
  [/\bwhich none does\b/i, "what is so instead"],
  [/\bkeyword arguments are an object\b/i, "pass options as a last object"],
  [/\bit is written (true|false|undefined)\b/i, "write `true`"],
  [/\bwaits for ever\b/i, "deadlock: waits for a token that is never pushed"],
  [/\bbe begun\b/i, "begin, start"],
  [/\bmust needs\b/i, "must"],
  [/\bthat which\b/i, "what"],
  [/\bthose which\b/i, "those that"],
  [/\bhas not (a|the|any)\b/i, "does not have"],
  [/\bof its own accord\b/i, "by itself"],
  [/\bin the manner of\b/i, "like"],
  [/\bwherein\b/i, "where"],
  [/\bthereof\b/i, "of it"],
  [/\bwhereby\b/i, "by which"],
  [/\bherein\b/i, "here"],
  [/\bhitherto\b/i, "so far"],
  [/\bthus\b/i, "so"],
  [/\bupon\b/i, "on"],
  [/\bwhilst\b/i, "while"],
  [/\bamongst\b/i, "among"],
  [/\bunto\b/i, "to"],
  [/\bnought\b/i, "zero, nothing"],
  [/\bin vain\b/i, "without success"],
  [/\bas it were\b/i, "nothing"],
  [/\bso to speak\b/i, "nothing"],
  [/\bin order to\b/i, "to"],
  [/\bdue to the fact\b/i, "because"],
  [/\bat this point in time\b/i, "now"],
  [/\bit should be noted\b/i, "the fact alone"],
  [/\bplease note\b/i, "the fact alone"],
  [/\bas is well known\b/i, "the fact alone"],
  [/\bof course\b/i, "nothing"],
  [/\bobviously\b/i, "nothing"],
  [/\bsimply\b/i, "nothing"],
  [/\btrivial(ly)?\b/i, "why it is short"],
  [/\bgo(es)? (its|their) own way\b/i, "differs, with the difference"],
  [/'s business\b/i, "is defined by"],
  [/\bat a loss\b/i, "fails"],
  [/\bcomes? about\b/i, "is computed, is made"],
  [/\bwoven\b/i, "interleaved"],
  [/\bheld-back\b/i, "held-out, for data"],
  [/\butiliz(e|es|ing)\b/i, "use"],
  [/\bleverag(e|es|ing)\b/i, "use"],
  [/\bseamless(ly)?\b/i, "what works, with what"],
  [/\bblazing(ly)?\b/i, "the figure"],
  [/\bunder the hood\b/i, "inside"],
  [/\bout of the box\b/i, "without settings"],
  [/\band\/or\b/i, "and, or"],
  [/\bgo(es)? (its|their) own way\b/i, "what it does"],
  [/\bgoes along with\b/i, "moves with, belongs to"],
  [/\bbrought near\b/i, "prefetched"],
  [/\bis none at all\b/i, "there is none"],
  [/\bof which none\b/i, "none of which"],
  [/\bon its way through\b/i, "during"],
  [/\bas they stand\b/i, "current, unchanged"],
  [/\bmost of all\b/i, "the most frequent"],
  [/\bby its name alone\b/i, "only by name"],
  [/\bis (told|said) by\b/i, "is specified by"],
  [/\bse(es|en|e) to it that\b/i, "the code that checks or does it"],
  [/\bc[ao]mes? to nothing\b/i, "fails, ends without a result"],
  [/\bsomething else than\b/i, "other than, not"],
  [/\boftener\b/i, "more often"],
  [/\ball the while\b/i, "throughout"],
  [/\b(is|are|was|were) dealt to\b/i, "is dispatched to"],
  [/\bthat there (is|are) not\b/i, "that does not exist"],
  [/\b(has|have) not[,;.`"]/i, "does not have"],
  [/\b(gets|get) (its|their) turn\b/i, "runs next"],
  [/\bas far as it gets\b/i, "until it must wait"],
  [/\bknows nothing of\b/i, "does not depend on, does not use"],
  [/\bha(s|ve) nothing against\b/i, "accepts"],
  [/\b(has|have|takes?) (its|their) turns?\b/i, "runs, is next"],
  [/\bin (its|their) own words\b/i, "the text itself"],
  [/\bin the words of\b/i, "in the format of"],
  [/\blest\b/i, "so that ... not"],
  [/\b(TODO|FIXME|XXX|HACK)\b/, "the work done, or nothing"],
];

const TEXTS = /\.(ts|mts|mjs|md|ipynb|py|css|sh)$/;
/** Output of the reference, third-party texts, and this list. */
const OTHERS = /(\/data\/|\/lowered\/|^tests\/golden\/|^tests\/docs\/words\.test\.ts$)/;

test("no file has a phrase of the list", () => {
  expect(phrases.length).toBeGreaterThanOrEqual(40);
  const { stdout } = spawnSync("git", ["ls-files", "-z"], { cwd: root, encoding: "utf8" });
  const files = stdout.split("\0").filter((file) => TEXTS.test(file) && !OTHERS.test(file));
  expect(files.length).toBeGreaterThan(500);
  const found = files.flatMap((file) => {
    const text = readFileSync(join(root, file), "utf8");
    return phrases.flatMap(([pattern, instead]) => {
      const match = pattern.exec(text);
      if (match === null) return [];
      const line = text.slice(0, match.index).split("\n").length;
      return [`${file}:${line}: "${match[0]}"; write ${instead}`];
    });
  });
  expect(found).toEqual([]);
});
