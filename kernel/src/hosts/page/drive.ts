/**
 * The files of JupyterLite's drive for a worker: synchronous, by requests that the page's service worker
 * forwards to the page. Without a service worker there are no files.
 */

import { uuid } from "../../wire";

const ROOT = "/drive";

/**
 * The notebook's folder, the site, and the page's id in the service worker. The page passes them as the worker's
 * name: a worker that is loaded from the site's cache loses the part of its address after `#`.
 */
let place = new URLSearchParams(self.name);

/** The worker's id in the page. */
export function workerId(): string | null {
  return place.get("id");
}

/** Sets the folder of a worker that was started before a notebook was opened. */
export function setPlace(query: string): void {
  place = new URLSearchParams(query);
}

/** The notebook's folder in the page's file map. */
export function notebookPath(): string {
  return [ROOT, place.get("folder") ?? ""].join("/").replace(/\/+$/, "");
}

export function hasDrive(): boolean {
  return place.has("site") && place.has("context");
}

interface FileContent {
  readonly format: "json" | "text" | "base64";
  readonly content: string;
}

/** Sends a request to the page and waits for the answer. */
export function askPage(path: string, data: object): unknown {
  const request = new XMLHttpRequest();
  request.open("POST", `${place.get("site")}${path}`, false);
  const requestId = uuid();
  const browsingContextId = place.get("context");
  request.send(JSON.stringify({ data, browsingContextId, requestId }));
  if (request.status !== 200) throw new Error("the page's service worker does not answer");
  return JSON.parse(request.responseText) as unknown;
}

/** A file's bytes; undefined if it does not exist. */
export function readDriveFile(path: string): Uint8Array | undefined {
  const found = requestContents("get", path) as FileContent | null | undefined;
  if (found === null || found === undefined) return undefined;
  if (found.format !== "base64") return new TextEncoder().encode(found.content);
  return Uint8Array.from(atob(found.content), (byte) => byte.charCodeAt(0));
}

export function readDriveText(path: string): string | undefined {
  const bytes = readDriveFile(path);
  return bytes && new TextDecoder().decode(bytes);
}

/** @param content the file's bytes as base64 */
export function writeDriveFile(path: string, content: string): void {
  requestContents("put", path, { format: "base64", data: content });
}

export function hasDriveFile(path: string): boolean {
  const found = requestContents("lookup", path) as
    { readonly ok: boolean; readonly mode?: number } | undefined;
  return found?.ok === true && !isFolder(found.mode);
}

export function hasDriveFolder(path: string): boolean {
  const found = requestContents("lookup", path) as
    { readonly ok: boolean; readonly mode?: number } | undefined;
  return found?.ok === true && isFolder(found.mode);
}

/** The bits of the file type in a POSIX mode. */
function isFolder(mode = 0): boolean {
  return (mode & 0o170000) === 0o040000;
}

function requestContents(method: string, path: string, data?: object): unknown {
  if (!hasDrive() || !path.startsWith(`${ROOT}/`)) return undefined;
  return askPage("api/drive", { method, path: path.slice(ROOT.length + 1), data });
}
