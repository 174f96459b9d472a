/** A kernel's comms, of which one is open. */
export class FakeComms {
  readonly sent: Record<string, unknown>[] = [];
  isClosed = false;
  private readonly targets = new Map<string, (comm: object, message: object) => void>();
  private handler: ((message: { data: object }) => void) | undefined;

  readonly register = (target: string, accept: (comm: object, message: object) => void): void => {
    this.targets.set(target, accept);
  };

  open(target: string, data: object): void {
    const comm = {
      send: (sent: object) => this.sent.push(JSON.parse(JSON.stringify(sent)) as never),
      close: () => (this.isClosed = true),
      onMessage: (handler: (message: { data: object }) => void) => (this.handler = handler),
    };
    this.targets.get(target)!(comm, { data });
  }

  ask(data: object): Record<string, unknown> {
    this.handler!({ data });
    return this.sent.at(-1)!;
  }
}
