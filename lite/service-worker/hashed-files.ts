/**
 * A part of the service worker, before JupyterLite's. It answers a request from the cache alone if the address
 * contains a hash of the file's content. JupyterLite's part requests each cached file again and replaces it; for
 * these files nothing can be new, and the browser would lose the compiled code that it stores with them.
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
