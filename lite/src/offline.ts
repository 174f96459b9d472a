/**
 * The site without a network. JupyterLite's service worker caches the requests of a page from its second
 * visit on; this module adds the files that the first visit loaded before the service worker was active, and
 * those that later cells need.
 */

import { PageConfig } from "@jupyterlab/coreutils";
import { delay } from "./service-worker";

/** The cache of JupyterLite's service worker. */
const CACHE = "precache";
/** The attribute of the page's root when all files are cached, for tests. */
const CACHED_ATTRIBUTE = "tvmVtaOffline";
/** Milliseconds to wait, so that the first cell does not share the network. */
const DELAY_MS = 5000;

/** Answers failed requests from the cache, because the service worker does not handle all requests. */
export function answerWithoutNetwork(): void {
  const request = window.fetch.bind(window);
  window.fetch = async (...args) => {
    try {
      return await request(...args);
    } catch (error) {
      const kept = await caches.match(args[0], { ignoreSearch: true });
      if (kept === undefined) throw error;
      return kept;
    }
  };
}

/**
 * Caches all files of the kernel and the notebooks, and the requests of this page.
 *
 * @param extension the address of the extension's files, with a final slash
 */
export async function keepForOffline(extension: string): Promise<void> {
  await delay(DELAY_MS);
  const site = new URL(PageConfig.getBaseUrl(), location.href);
  const paths = (await (await fetch(`${extension}offline.json`)).json()) as readonly string[];
  const listed = paths.map((path) => new URL(path, site).href);
  const loaded = [
    ...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource"),
  ]
    .map(({ name }) => name.replace(/#.*$/, ""))
    .filter((name) => name.startsWith(site.href) && !/\/api\/(?:drive|stdin|service)/.test(name));
  const page = location.href.replace(/[?#].*$/, "");
  const addresses = [site.href, page, ...listed, ...loaded];
  const cache = await caches.open(CACHE);
  await removeOldVersions(cache, new Set(listed), extension);
  for (const address of new Set(addresses)) {
    if ((await cache.match(address)) === undefined) await cache.add(address).catch(() => undefined);
  }
  document.documentElement.dataset[CACHED_ATTRIBUTE] = "yes";
}

/** Removes the extension's files that the site does not have any more. */
async function removeOldVersions(
  cache: Cache,
  listed: ReadonlySet<string>,
  extension: string,
): Promise<void> {
  for (const request of await cache.keys()) {
    const address = request.url.replace(/\?.*$/, "");
    if (address.startsWith(extension) && !listed.has(address)) await cache.delete(request);
  }
}
