/** The kernel as a plugin of JupyterLite. */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { PageConfig, URLExt } from "@jupyterlab/coreutils";
import type { ServiceManagerPlugin } from "@jupyterlab/services";
import { IServiceWorkerManager } from "@jupyterlite/apputils";
import { IKernelClient, IKernelSpecs } from "@jupyterlite/services";
import {
  answerFor,
  setServices,
  type PageServices,
} from "../../kernel/src/hosts/page/page-services";
import { answerWithoutNetwork, keepForOffline } from "./offline";
import { PageKernel } from "./page-kernel";
import { activeServiceWorker, delay } from "./service-worker";
import { sharing } from "./sharing";

const NAME = "tvm-vta";
const EXTENSION = "tvm-vta-lite";

/** The folder of the workers' files, a hash of them; the build defines it. */
declare const FILES_VERSION: string;

const kernel: ServiceManagerPlugin<void> = {
  id: `${EXTENSION}:kernel`,
  description: "TypeScript with TVM and VTA, in the page",
  autoStart: true,
  requires: [IKernelSpecs],
  optional: [IKernelClient],
  activate: (_: unknown, specs: IKernelSpecs, client: IKernelClient | null) => {
    const extensions = PageConfig.getOption("fullLabextensionsUrl");
    const folder = URLExt.join(extensions, EXTENSION, "static", FILES_VERSION);
    const assets = new URL(`${folder}/`, location.href).href;
    services = { assets, site: new URL(PageConfig.getBaseUrl(), location.href).href };
    setServices(services);
    if ("caches" in window) answerWithoutNetwork();
    const running = new Map<string, PageKernel>();
    specs.register({
      spec: {
        name: NAME,
        display_name: "TypeScript (TVM/VTA)",
        language: "typescript",
        argv: [],
        resources: { "logo-svg": `${assets}logo-svg.svg` },
      },
      create: async (options) => {
        await Promise.race([driveReady, delay(SERVICE_WORKER_TIMEOUT_MS)]);
        const created = new PageKernel(options);
        running.set(created.id, created);
        created.disposed.connect(() => running.delete(created.id));
        return created;
      },
    });
    if (client !== null) interruptThrough(client, running);
  },
};

/**
 * JupyterLite's client does not send interrupts to kernels:
 * https://github.com/jupyterlite/jupyterlite/issues/459
 */
function interruptThrough(client: IKernelClient, running: ReadonlyMap<string, PageKernel>): void {
  const interrupt = client.interrupt.bind(client);
  client.interrupt = async (id) => {
    running.get(id)?.interrupt();
    await interrupt(id);
  };
}

let services: PageServices | undefined;

/** The longest time a kernel waits for the service worker; after it, cells have no files of the drive. */
const SERVICE_WORKER_TIMEOUT_MS = 30_000;

/** Resolved when workers of the page can send requests to it, or when that is not possible. */
let driveIsReady: () => void = () => undefined;
const driveReady = new Promise<void>((resolve) => (driveIsReady = resolve));

/** The features that need the service worker: files of the drive, and prompts of cells. */
const drive: JupyterFrontEndPlugin<void> = {
  id: `${EXTENSION}:drive`,
  description: "Files of the drive and questions in cells",
  autoStart: true,
  optional: [IServiceWorkerManager],
  activate: (_: JupyterFrontEnd, manager: IServiceWorkerManager | null) => {
    manager?.registerStdinHandler("tvm-vta", ({ id }: { id: string }) => answerFor(id));
    void activeServiceWorker(manager).then((active) => {
      if (active !== undefined && services !== undefined) {
        services.context = active.browsingContextId;
        void keepForOffline(services.assets);
      }
      driveIsReady();
    });
  },
};

export default [kernel, drive, sharing];
