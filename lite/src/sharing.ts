/**
 * Notebooks shared by link: `?fromURL=https://.../a.ipynb` names one, `#notebook=...` contains a small one.
 * Both are copied into the browser's storage and opened, but not run.
 */

import type { JupyterFrontEnd, JupyterFrontEndPlugin } from "@jupyterlab/application";
import { Clipboard, ICommandPalette, Notification } from "@jupyterlab/apputils";
import { PathExt } from "@jupyterlab/coreutils";
import { IDocumentManager } from "@jupyterlab/docmanager";
import type { Contents } from "@jupyterlab/services";
import { decode, encode, isNotebook, MAX_LINK, withoutOutputs } from "./links";

const FRAGMENT = "#notebook=";
const COPY_LINK = "tvm-vta-lite:copy-link";
const DEFAULT_NAME = "shared.ipynb";

interface SharedNotebook {
  readonly name: string;
  readonly content: unknown;
}

export const sharing: JupyterFrontEndPlugin<void> = {
  id: "tvm-vta-lite:sharing",
  description: "Notebooks shared by link",
  autoStart: true,
  requires: [IDocumentManager],
  optional: [ICommandPalette],
  activate: (
    app: JupyterFrontEnd,
    documents: IDocumentManager,
    palette: ICommandPalette | null,
  ) => {
    addCopyLink(app, documents);
    palette?.addItem({ command: COPY_LINK, category: "Notebook Operations" });
    void app.restored.then(() => openShared(app)).catch(report);
  },
};

async function openShared({ commands, serviceManager }: JupyterFrontEnd): Promise<void> {
  const shared = await sharedNotebook();
  if (shared === undefined) return;
  const { name, content } = shared;
  if (!isNotebook(content)) throw new Error(`${name} is not a notebook`);
  const path = await freePath(serviceManager.contents, name);
  await serviceManager.contents.save(path, { type: "notebook", format: "json", content });
  await commands.execute("docmanager:open", { path });
}

async function sharedNotebook(): Promise<SharedNotebook | undefined> {
  if (location.hash.startsWith(FRAGMENT)) {
    const value = await decode(location.hash.slice(FRAGMENT.length)).catch(() => {
      throw new Error("the notebook inside the link is not complete; copy the link again");
    });
    // Removes the link from the address, so that a reload does not open it again.
    history.replaceState(null, "", location.pathname + location.search);
    return value as SharedNotebook;
  }
  const url = new URL(location.href);
  const address = url.searchParams.get("fromURL");
  if (address === null) return undefined;
  url.searchParams.delete("fromURL");
  history.replaceState(null, "", url);
  return { name: nameOf(address), content: await fetchNotebook(address) };
}

async function fetchNotebook(address: string): Promise<unknown> {
  const response = await fetch(address).catch(() => {
    throw new Error(
      `${address} cannot be fetched: it does not exist, or its server does not allow other pages to read it`,
    );
  });
  if (!response.ok) throw new Error(`${address} cannot be fetched: status ${response.status}`);
  return response.json().catch(() => {
    throw new Error(`${address} is not a notebook: it is not JSON`);
  }) as Promise<unknown>;
}

function nameOf(address: string): string {
  const name = decodeURIComponent(PathExt.basename(new URL(address, location.href).pathname));
  return name.endsWith(".ipynb") ? name : DEFAULT_NAME;
}

/** The name, with a number if such a file exists. */
async function freePath(contents: Contents.IManager, name: string): Promise<string> {
  const base = PathExt.basename(name, ".ipynb");
  const { content } = await contents.get("", { content: true });
  const taken = new Set((content as readonly Contents.IModel[]).map((each) => each.name));
  for (let n = 0; ; n++) {
    const path = n === 0 ? `${base}.ipynb` : `${base}-${n}.ipynb`;
    if (!taken.has(path)) return path;
  }
}

function addCopyLink({ commands, shell }: JupyterFrontEnd, documents: IDocumentManager): void {
  const current = () => {
    const context = shell.currentWidget && documents.contextForWidget(shell.currentWidget);
    return context?.contentsModel?.type === "notebook" ? context : undefined;
  };
  commands.addCommand(COPY_LINK, {
    label: "Copy a Link with this Notebook Inside",
    isEnabled: () => current() !== undefined,
    execute: async () => {
      const { path, model } = current()!;
      const content = withoutOutputs(model.toJSON());
      const encoded = await encode({ name: PathExt.basename(path), content });
      const link = new URL(`${location.pathname}${FRAGMENT}${encoded}`, location.href).href;
      if (link.length > MAX_LINK) {
        report(
          new Error(
            `the link would have ${link.length} characters, more than ${MAX_LINK}; put the notebook on a ` +
              `server and share ${location.origin}${location.pathname}?fromURL=ADDRESS`,
          ),
        );
        return undefined;
      }
      Clipboard.copyToSystem(link);
      Notification.success("The link is copied; it has the notebook inside, without outputs.");
      return link;
    },
  });
}

function report(error: unknown): void {
  Notification.error(error instanceof Error ? error.message : String(error), { autoClose: false });
}
