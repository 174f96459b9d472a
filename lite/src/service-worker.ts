/** JupyterLite's service worker, through which workers of the page send requests to the page. */

import { PageConfig } from "@jupyterlab/coreutils";
import type { IServiceWorkerManager } from "@jupyterlite/apputils";

/** The longest time for an active service worker to take over a page that was loaded without it. */
const CLAIM_TIMEOUT_MS = 1000;

export function delay(milliseconds: number): Promise<void> {
  return new Promise((resolve) => setTimeout(resolve, milliseconds));
}

/** Waits until the service worker handles the requests of the page; undefined if there is none. */
export async function activeServiceWorker(
  manager: IServiceWorkerManager | null,
): Promise<IServiceWorkerManager | undefined> {
  const { serviceWorker } = navigator as Partial<Navigator>;
  if (manager === null || serviceWorker === undefined) return undefined;
  try {
    await manager.ready;
  } catch {
    return undefined;
  }
  await serviceWorker.ready;
  if (serviceWorker.controller === null) {
    const claimed = new Promise((resolve) =>
      serviceWorker.addEventListener("controllerchange", resolve, { once: true }),
    );
    await Promise.race([claimed, delay(CLAIM_TIMEOUT_MS)]);
  }
  if (serviceWorker.controller !== null) storeVersion(serviceWorker.controller);
  return manager;
}

/**
 * Stores the version of the service worker as JupyterLite does, but on the first visit: without it, JupyterLite
 * replaces the service worker on the second visit, for which kernels wait.
 */
function storeVersion({ scriptURL }: ServiceWorker): void {
  localStorage.setItem(`${scriptURL}-version`, PageConfig.getOption("appVersion"));
}
