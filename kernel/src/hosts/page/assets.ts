/** Where the workers and what they load are served. */

let base = "";

/** @param url with a final slash */
export function setAssets(url: string): void {
  base = url;
}

export function assetUrl(name: string): string {
  return new URL(name, base).href;
}
