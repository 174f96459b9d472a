/** Interrupts in the evaluator's main thread. */

import { watchInterrupts, type InterruptWatch } from "../hosts/node/interrupt-watch";

/** Thrown at the `await` of a cell that the user interrupts. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("the cell was interrupted");
  }
}

export class Interrupts {
  private readonly watch: InterruptWatch;
  /** The number of running loads, which must not be terminated. */
  private loads = 0;
  private readonly waiting = new Set<(reason: Interrupted) => void>();

  /** @param interrupted called after an interrupt, when the event loop runs again */
  constructor(interrupted: (reason: Interrupted) => void) {
    this.watch = watchInterrupts(() => {
      const reason = new Interrupted();
      for (const reject of this.waiting) reject(reason);
      this.waiting.clear();
      interrupted(reason);
    });
  }

  /** Runs `load` protected from termination: otherwise a library would stay half loaded. */
  async held(load: () => Promise<unknown>): Promise<void> {
    this.loads += 1;
    this.watch.hold();
    try {
      await load();
    } finally {
      this.loads -= 1;
      if (this.loads === 0) this.watch.release();
    }
  }

  /** Called when a cell begins. */
  begin(): void {
    this.watch.begin();
  }

  /**
   * Called by loops of cells and by simulators. @throws Interrupted on hosts where loops poll for interrupts
   */
  readonly stopIfInterrupted = (): void => {
    if (this.watch.isStopping()) throw new Interrupted();
  };

  /** Awaits `value`; rejects as soon as the user interrupts. */
  readonly awaited = <Value>(value: Value): Promise<Awaited<Value>> =>
    new Promise((resolve, reject) => {
      this.waiting.add(reject);
      Promise.resolve(value)
        .then(resolve, reject)
        .finally(() => this.waiting.delete(reject));
    });

  /** The items of a `for await`, each awaited in the same way. */
  readonly each = <Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item> =>
    follow(items, this.awaited);
}

async function* follow<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  awaited: Interrupts["awaited"],
): AsyncGenerator<Item, void, undefined> {
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  // As in JavaScript, `return` of the iterator is called when the loop ends early, unless the iterator itself
  // failed.
  let early = false;
  try {
    for (;;) {
      const step = await awaited(iterator.next());
      if (step.done === true) return;
      early = true;
      yield awaited(step.value);
      early = false;
    }
  } catch (error) {
    if (error instanceof Interrupted) void iterator.return?.();
    throw error;
  } finally {
    if (early) await iterator.return?.();
  }
}
