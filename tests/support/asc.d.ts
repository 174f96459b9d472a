/** The AssemblyScript compiler as a script calls it; its own declarations bring a language's globals along. */

interface Options {
  writeFile(name: string, contents: Uint8Array | string): void;
}

declare const asc: {
  main(
    args: readonly string[],
    options: Options,
  ): Promise<{ error: Error | null; stderr: { toString(): string } }>;
};
export default asc;
