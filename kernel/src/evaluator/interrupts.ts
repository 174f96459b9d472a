/** Interrupts, as the evaluator's main thread sees them. */

import { watchInterrupts, type InterruptWatch } from "../hosts/node/interrupt-watch";

/** Thrown where a cell was waiting when the user interrupted it. */
export class Interrupted extends Error {
  override readonly name = "Interrupted";

  constructor() {
    super("the cell was interrupted");
  }
}

export class Interrupts {
  private readonly watch: InterruptWatch;
  /** How many loads run that must not be terminated. */
  private loads = 0;
  private readonly waiting = new Set<(reason: Interrupted) => void>();

  /** @param interrupted is called after an interrupt, when the event loop runs again */
  constructor(interrupted: (reason: Interrupted) => void) {
    this.watch = watchInterrupts(() => {
      const reason = new Interrupted();
      for (const reject of this.waiting) reject(reason);
      this.waiting.clear();
      interrupted(reason);
    });
  }

  /** Runs `load` without terminating what computes: a library of which half was loaded would stay so. */
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

  /** A cell begins. */
  begin(): void {
    this.watch.begin();
  }

  /** Called by loops of cells and by simulators. @throws Interrupted where loops stop by themselves */
  readonly stopIfInterrupted = (): void => {
    if (this.watch.isStopping()) throw new Interrupted();
  };

  /** `value` once it is settled, or a rejection as soon as the user interrupts. */
  readonly awaited = <Value>(value: Value): Promise<Awaited<Value>> =>
    new Promise((resolve, reject) => {
      this.waiting.add(reject);
      Promise.resolve(value)
        .then(resolve, reject)
        .finally(() => this.waiting.delete(reject));
    });

  /** The items that a `for await` takes, each of them awaited in this way. */
  readonly each = <Item>(items: AsyncIterable<Item> | Iterable<Item>): AsyncGenerator<Item> =>
    follow(items, this.awaited);
}

async function* follow<Item>(
  items: AsyncIterable<Item> | Iterable<Item>,
  awaited: Interrupts["awaited"],
): AsyncGenerator<Item, void, undefined> {
  const iterator =
    Symbol.asyncIterator in items ? items[Symbol.asyncIterator]() : items[Symbol.iterator]();
  // As the language has it, an iterator is told of a loop's early end, unless it was its own doing.
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
