/** The cache of JupyterLite's service worker, from which the site is answered without a network. */
export const CACHE = "precache";
