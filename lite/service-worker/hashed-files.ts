/**
 * A part of the service worker, before JupyterLite's: it answers requests for files whose addresses contain a
 * hash of their content from the cache alone. JupyterLite's part also requests each cached file again; for
 * these files that would find nothing new, and the browser would lose the compiled code that it keeps with them.
 */

import { CACHE } from "../src/cache";

declare const self: ServiceWorkerGlobalScope;

/** JupyterLite's files and those of the extensions: the hash is a part of the path, or the parameter `_`. */
const HASHED = /^(?:build|extensions)\/.*(?:[./][0-9a-f]{7,20}[./]|\?_=[0-9a-f]{7,20}$)/;

self.addEventListener("fetch", (event) => {
  const { method, url } = event.request;
  const { scope } = self.registration;
  if (method !== "GET" || !url.startsWith(scope) || !HASHED.test(url.slice(scope.length))) return;
  event.stopImmediatePropagation();
  event.respondWith(fromCache(event));
});

async function fromCache(event: FetchEvent): Promise<Response> {
  const cache = await caches.open(CACHE);
  const kept = await cache.match(event.request);
  if (kept !== undefined) return kept;
  const response = await fetch(event.request);
  if (response.ok) event.waitUntil(cache.put(event.request, response.clone()));
  return response;
}
