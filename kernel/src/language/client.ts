/** The kernel's end of the language worker: the same requests, asynchronous. */

import { startLanguageThread } from "../hosts/node/language-thread";
import type { LanguageAnswer, LanguageQuestion, LanguageService, LanguageThread } from "./messages";

type Later<Service> = {
  [Method in keyof Service]: Service[Method] extends (...args: infer Args) => infer Result
    ? (...args: Args) => Promise<Result>
    : never;
};

interface Waiting {
  resolve(value: unknown): void;
  reject(error: Error): void;
}

export class LanguageClient implements Later<LanguageService> {
  private worker: LanguageThread | undefined;
  private readonly waiting = new Map<number, Waiting>();
  private lastId = 0;

  /**
   * @param report receives errors of the notebook's configuration
   * @param folder the notebook's folder
   */
  constructor(
    private readonly report: (problem: string) => void,
    private readonly folder: string,
  ) {}

  /** Starts the worker before the first request, because TypeScript loads slowly. */
  start(): LanguageThread {
    this.worker ??= startLanguageThread(
      this.folder,
      (answer) => this.receive(answer),
      (error) => this.failRequests(error),
    );
    return this.worker;
  }

  convert(...args: Parameters<LanguageService["convert"]>) {
    return this.call("convert", args);
  }
  complete(...args: Parameters<LanguageService["complete"]>) {
    return this.call("complete", args);
  }
  inspect(...args: Parameters<LanguageService["inspect"]>) {
    return this.call("inspect", args);
  }
  completeness(...args: Parameters<LanguageService["completeness"]>) {
    return this.call("completeness", args);
  }

  /** Rejects pending requests and stops the worker; the next request starts another. */
  abort(): void {
    void this.worker?.stop();
    this.failRequests(new Error("the compiler was stopped"));
  }

  async stop(): Promise<void> {
    await this.worker?.stop();
  }

  private call<Method extends keyof LanguageService>(
    method: Method,
    args: Parameters<LanguageService[Method]>,
  ): Promise<ReturnType<LanguageService[Method]>> {
    const id = ++this.lastId;
    return new Promise((resolve, reject) => {
      this.waiting.set(id, { resolve: resolve as Waiting["resolve"], reject });
      this.start().post({ id, method, args } as LanguageQuestion);
    });
  }

  private receive(answer: LanguageAnswer): void {
    if ("problems" in answer) {
      answer.problems.forEach(this.report);
      return;
    }
    const waiting = this.waiting.get(answer.id);
    this.waiting.delete(answer.id);
    if ("error" in answer) waiting?.reject(new Error(answer.error));
    else waiting?.resolve(answer.value);
  }

  /** The worker has ended, for instance out of memory; the next request starts another. */
  private failRequests(error: Error): void {
    this.worker = undefined;
    for (const { reject } of this.waiting.values()) reject(error);
    this.waiting.clear();
  }
}
