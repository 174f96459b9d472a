/** TypeScript's text for an error, without details that only authors of the types need. */

import type * as ts from "typescript";

/** TypeScript's codes. */
const NO_OVERLOAD = 2769;
const UNKNOWN_MEMBER = 2339;
/** "missing the following properties from type ...: a, b, c, and 38 more": an unrelated type. */
const MISSING_MANY = 2740;

export function diagnosticText(
  compiler: typeof ts,
  { messageText, file, start }: ts.DiagnosticRelatedInformation,
): string {
  const told = typeof messageText === "string" ? messageText : shortened(messageText);
  const text = compiler
    .flattenDiagnosticMessageText(told, "\n")
    // The proposal is a method of the same type and not the intended name.
    .replace(/ Did you mean to call '[^']*'\?$/, "");
  // Shows a namespace under the user's name.
  return text.replace(
    /type '(?:typeof (?:import\("[^"]*"\)|[a-z]\w*)|\{ .*(?:\}|\.\.\.))'/,
    (type) => {
      const object = /[\w.]+(?=\s*\.\s*$)/.exec(file?.text.slice(0, start) ?? "");
      return object === null ? type : `'${object[0]}'`;
    },
  );
}

function shortened(chain: ts.DiagnosticMessageChain): ts.DiagnosticMessageChain {
  if (chain.code === NO_OVERLOAD) {
    const reasons = (chain.next ?? []).flatMap(({ next = [] }) => next);
    const [plainest] = reasons.map(shortened).sort((a, b) => length(a) - length(b));
    return plainest ?? chain;
  }
  const next = (chain.next ?? [])
    // For a union, TypeScript also names the first member, which does not help.
    .filter(({ code }) => code !== MISSING_MANY && code !== UNKNOWN_MEMBER)
    .map(shortened);
  return { ...chain, next };
}

function length({ messageText, next = [] }: ts.DiagnosticMessageChain): number {
  return next.reduce((sum, each) => sum + length(each), messageText.length);
}
