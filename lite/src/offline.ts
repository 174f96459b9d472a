/**
 * The site without a network. JupyterLite's service worker caches the requests of a page from its second
 * visit on; this module adds the files that the first visit loaded before the service worker was active, and
 * those that later cells need.
 */

import { PageConfig } from "@jupyterlab/coreutils";
import { CACHE } from "./cache";
import { delay } from "./service-worker";

/** The attribute of the page's root when all files are cached, for tests. */
const CACHED_ATTRIBUTE = "tvmVtaOffline";
/** The path of a file in the folder of a version. */
const VERSION = /^[0-9a-f]{16}\//;
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
 * @param assets the address of this version of the workers' files, with a final slash
 */
export async function keepForOffline(assets: string): Promise<void> {
  await delay(DELAY_MS);
  const site = new URL(PageConfig.getBaseUrl(), location.href);
  const list = await fetch(new URL("../offline.json", assets));
  const listed = (await list.json()) as readonly string[];
  const loaded = [
    ...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource"),
  ]
    .map(({ name }) => name.replace(/#.*$/, ""))
    .filter((name) => name.startsWith(site.href) && !/\/api\/(?:drive|stdin|service)/.test(name));
  const page = location.href.replace(/[?#].*$/, "");
  const addresses = [site.href, page, ...listed.map((path) => new URL(path, site).href), ...loaded];
  const cache = await caches.open(CACHE);
  await removeOldVersions(cache, assets);
  for (const address of new Set(addresses)) {
    if ((await cache.match(address)) === undefined) await cache.add(address).catch(() => undefined);
  }
  document.documentElement.dataset[CACHED_ATTRIBUTE] = "yes";
}

/** Removes the workers' files of other versions, each in a folder whose name is a hash. */
async function removeOldVersions(cache: Cache, assets: string): Promise<void> {
  const versions = new URL("..", assets).href;
  for (const request of await cache.keys()) {
    const { url } = request;
    const isVersion = url.startsWith(versions) && VERSION.test(url.slice(versions.length));
    if (isVersion && !url.startsWith(assets)) await cache.delete(request);
  }
}
