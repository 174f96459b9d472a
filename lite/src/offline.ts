/**
 * The site without a network. JupyterLite's service worker keeps what the page loads from its second visit on; what the
 * first visit has loaded before the service worker was there, and what later cells need, is put into its cache here.
 */

import { PageConfig } from "@jupyterlab/coreutils";

/** The cache of JupyterLite's service worker. */
const CACHE = "precache";
/** Set on the page's root when everything is kept, for tests. */
const KEPT = "tvmVtaOffline";
/** The first cell has the network for itself. */
const DELAY_MS = 5000;

/** Answers requests for which there is no network from the cache; the service worker leaves some to the page. */
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

/** Keeps all files of the kernel and the notebooks, and what this page has loaded. */
export async function keepForOffline(assets: string): Promise<void> {
  await new Promise((resolve) => setTimeout(resolve, DELAY_MS));
  const site = new URL(PageConfig.getBaseUrl(), location.href);
  const listed = (await (await fetch(`${assets}offline.json`)).json()) as readonly string[];
  const loaded = [
    ...performance.getEntriesByType("navigation"),
    ...performance.getEntriesByType("resource"),
  ]
    .map(({ name }) => name.replace(/#.*$/, ""))
    .filter((name) => name.startsWith(site.href) && !/\/api\/(?:drive|stdin|service)/.test(name));
  const page = location.href.replace(/[?#].*$/, "");
  const addresses = [site.href, page, ...listed.map((path) => new URL(path, site).href), ...loaded];
  const cache = await caches.open(CACHE);
  for (const address of new Set(addresses)) {
    if ((await cache.match(address)) === undefined) await cache.add(address).catch(() => undefined);
  }
  document.documentElement.dataset[KEPT] = "yes";
}
