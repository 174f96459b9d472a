/** The page's services for workers: the addresses of files, and how a worker can wait. */

export interface PageServices {
  /** The address of the workers and the files that they load, with a final slash. */
  readonly assets: string;
  /** The site's address, with a final slash; requests to it reach the page through its service worker. */
  readonly site: string;
  /** The page's id in the service worker; missing without a service worker. */
  context?: string;
}

let services: PageServices | undefined;

export function setServices(given: PageServices): void {
  services = given;
}

/** The address of a file that is served with the kernel. */
export function assetUrl(name: string): string {
  return new URL(name, pageServices().assets).href;
}

/** A worker's location: `parameters`, and how its requests reach the page. */
export function placeQuery(parameters: Readonly<Record<string, string>>): string {
  const { site, context } = pageServices();
  const all = { ...parameters, ...(context !== undefined && { site, context }) };
  return new URLSearchParams(all).toString();
}

function pageServices(): PageServices {
  if (services === undefined) throw new Error("the page's services are not set");
  return services;
}

/** Whether a worker can wait for an answer. */
export function canWait(): boolean {
  return services?.context !== undefined;
}

interface Answer {
  readonly given: Promise<string | null>;
  give(text: string | null): void;
}

/** Answers to waiting evaluators, by id; the answer or the evaluator can come first. */
const answers = new Map<string, Answer>();

function answerTo(id: string): Answer {
  const existing = answers.get(id);
  if (existing !== undefined) return existing;
  let give: Answer["give"] = () => undefined;
  const given = new Promise<string | null>((resolve) => (give = resolve));
  const answer = { given, give };
  answers.set(id, answer);
  return answer;
}

/** The answer for a waiting evaluator: a text, or undefined if it was interrupted. */
export async function answerFor(id: string): Promise<string | null> {
  const text = await answerTo(id).given;
  answers.delete(id);
  return text;
}

export function answerEvaluator(id: string, text: string | undefined): void {
  answerTo(id).give(text ?? null);
}
