/**
 * The message of a remote error, without TVM's banner and stack trace:
 *
 *     [02:22:10] /usr/src/tvm/src/runtime/library_module.cc:80:
 *     ------------------------------------------------------------
 *     An error occurred during the execution of TVM.
 *     ...
 *       Check failed: ret == 0 (-1 vs. 0) : main_fn takes 3 arguments
 *     Stack trace: ...
 *
 * becomes `main_fn takes 3 arguments`.
 */
export function remoteSentence(text: string): string {
  const [beforeStack = ""] = text.split(/^\s*Stack trace:/m);
  const lines = beforeStack
    .split("\n")
    .map((line) => line.trim())
    .filter((line) => line !== "" && !BANNER.test(line));
  const said = lines.join(" ").replace(/^TVMError:\s*/, "");
  const check = /Check failed: .*? (?:is false|\(.*? vs\. .*?\)) ?: (.*)/.exec(said);
  return check?.[1] || said || "an error without a message";
}

const BANNER =
  /^(-+|An error occurred during the execution of TVM\.|For more information, please see: .*|\[[\d:]+\] \S+:\d+:)$/;
