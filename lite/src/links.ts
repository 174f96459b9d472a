/** Notebooks inside links: a notebook's JSON, compressed and encoded for URLs. */

/** The longest link that browsers and chat programs do not cut. */
export const MAX_LINK = 16_000;

/** The JSON of a notebook without outputs and execution counts. */
export function withoutOutputs(notebook: unknown): unknown {
  const { cells = [], ...rest } = notebook as { cells?: readonly Record<string, unknown>[] };
  return {
    ...rest,
    cells: cells.map((cell) =>
      cell["cell_type"] === "code" ? { ...cell, outputs: [], execution_count: null } : cell,
    ),
  };
}

export async function encode(value: unknown): Promise<string> {
  const text = new Blob([JSON.stringify(value)]).stream();
  const bytes = await bytesOf(text.pipeThrough(new CompressionStream("deflate-raw")));
  const characters = Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  return btoa(characters).replaceAll("+", "-").replaceAll("/", "_").replace(/=+$/, "");
}

/** @throws Error for a text that is not from `encode` */
export async function decode(text: string): Promise<unknown> {
  const characters = atob(text.replaceAll("-", "+").replaceAll("_", "/"));
  const bytes = Uint8Array.from(characters, (character) => character.charCodeAt(0));
  const plain = new Blob([bytes]).stream().pipeThrough(new DecompressionStream("deflate-raw"));
  return JSON.parse(new TextDecoder().decode(await bytesOf(plain)));
}

async function bytesOf(stream: ReadableStream<Uint8Array>): Promise<Uint8Array> {
  return new Uint8Array(await new Response(stream as BodyInit).arrayBuffer());
}

/** Whether a value can be opened as a notebook. */
export function isNotebook(value: unknown): boolean {
  return Array.isArray((value as { cells?: unknown } | null)?.cells);
}
