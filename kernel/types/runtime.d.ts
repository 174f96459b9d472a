/** Features of all supported Node.js versions that TypeScript declares only in its library for pages. */

declare namespace WebAssembly {
  type Imports = Record<string, Record<string, unknown>>;
  type Bytes = ArrayBuffer | ArrayBufferView;

  class Module {
    constructor(bytes: Bytes);
    readonly [Symbol.toStringTag]: string;
    static exports(module: Module): { name: string; kind: string }[];
    static imports(module: Module): { module: string; name: string; kind: string }[];
    static customSections(module: Module, name: string): ArrayBuffer[];
  }

  class Instance {
    constructor(module: Module, imports?: Imports);
    // eslint-disable-next-line @typescript-eslint/no-explicit-any -- functions, memories, globals
    readonly exports: Record<string, any>;
  }

  class Memory {
    constructor(descriptor: { initial: number; maximum?: number; shared?: boolean });
    readonly buffer: ArrayBuffer;
    grow(pages: number): number;
  }

  class Table {
    constructor(descriptor: {
      element: "anyfunc" | "externref";
      initial: number;
      maximum?: number;
    });
    readonly length: number;
    get(index: number): unknown;
    set(index: number, value: unknown): void;
  }

  class Global {
    constructor(descriptor: { value: string; mutable?: boolean }, value?: unknown);
    value: unknown;
  }

  class CompileError extends Error {}
  class LinkError extends Error {}
  class RuntimeError extends Error {}

  function validate(bytes: Bytes): boolean;
  function compile(bytes: Bytes): Promise<Module>;
  function instantiate(module: Module, imports?: Imports): Promise<Instance>;
  function instantiate(
    bytes: Bytes,
    imports?: Imports,
  ): Promise<{ module: Module; instance: Instance }>;
}
