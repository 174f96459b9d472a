/**
 * Current features of TypeScript and JavaScript, each as a cell: the text of its value, and an expression that is true
if the host has the functions that the cell calls. TypeScript's rows need nothing from the host.
 */

export interface ModernCell {
  readonly cell: string;
  /** The value as `String` writes it. */
  readonly value: string;
  /** An expression that is true where the cell can run; everywhere if left out. */
  readonly needs?: string;
}

const disposable = "{ [Symbol.dispose]() { log.push('disposed'); } }";

const syntax: readonly ModernCell[] = [
  {
    cell: `const log: string[] = []; { using held = ${disposable}; log.push(typeof held); } log.join()`,
    value: "object,disposed",
  },
  { cell: `const log: string[] = []; using held = ${disposable}; log.length`, value: "0" },
  {
    cell: "const log: string[] = []; { await using held = { async [Symbol.asyncDispose]() { log.push('later'); } }; void held; } log.join()",
    value: "later",
  },
  {
    cell: `import data from "./kernel/package.json" with { type: "json" };\ndata.name`,
    value: "tvm-vta-kernel",
    needs: "globalThis.process",
  },
  {
    cell: `import { type ParsedPath, sep } from "node:path";\nsep`,
    value: "/",
    needs: "globalThis.process",
  },
  {
    cell: "const pick = <T extends string>(all: T[], first: NoInfer<T>): T => first; pick(['a', 'b'], 'b')",
    value: "b",
  },
  {
    cell: "const present = [1, undefined, 2].filter((x) => x !== undefined); const sum: number = present[0]! + present[1]!; sum",
    value: "3",
  },
  {
    cell: "const isText = (x: unknown) => typeof x === 'string'; const all: unknown[] = ['a', 1]; const texts: string[] = all.filter(isText); texts.length",
    value: "1",
  },
  {
    cell: "const tuple = <const T,>(value: T): T => value; const one: readonly [1, 'a'] = tuple([1, 'a']); one.length",
    value: "2",
  },
  {
    cell: "const colors = { red: [1, 0, 0], name: 'x' } satisfies Record<string, string | number[]>; colors.name.toUpperCase() + colors.red.length",
    value: "X3",
  },
  {
    cell: "class Point { accessor x = 1; static made = 0; static { Point.made = 2; } } new Point().x + Point.made",
    value: "3",
  },
  {
    cell: "const seen: string[] = []; function logged(_value: unknown, { name }: ClassMethodDecoratorContext) { seen.push(String(name)); } class Tool { @logged run() { return 1; } } void Tool; seen.join()",
    value: "run",
  },
  {
    cell: "class Box { #held = 5; static holds(other: object) { return #held in other; } } Box.holds(new Box())",
    value: "true",
  },
  {
    cell: "type Pair<A, B> = [first: A, ...rest: B[]]; const pair: Pair<number, string> = [1, 'a', 'b']; pair.length",
    value: "3",
  },
  { cell: "type Path = `/${string}`; const path: Path = '/a'; path", value: "/a" },
  { cell: "enum Level { Low = 1, High = Low * 4, Text = `t${Low}` } Level.High", value: "4" },
  {
    cell: "type Keys = keyof { a: 1; b: 2 }; const record: Record<Keys, number> = { a: 1, b: 2 }; const key = 'b' as const; record[key]",
    value: "2",
  },
  {
    cell: "function size(x: unknown): number { switch (true) { case typeof x === 'string': return x.length; case Array.isArray(x): return x.length; default: return 0; } } size('abc')",
    value: "3",
  },
  {
    cell: "const table: Record<string, unknown> = { k: 'text' }; const k: string = 'k'; typeof table[k] === 'string' ? table[k].length : 0",
    value: "4",
  },
  {
    cell: "let text: string | number = 'a'; const read = () => (typeof text === 'string' ? text.length : text); read()",
    value: "1",
  },
  {
    cell: "interface Box<in out T> { value: T } const box: Box<number> = { value: 3 }; box.value",
    value: "3",
  },
  {
    cell: "function check(x: unknown): asserts x is number { if (typeof x !== 'number') throw new Error('no'); } const x: unknown = 4; check(x); x + 1",
    value: "5",
  },
  {
    cell: "function* count(): Generator<number, string, boolean> { const more = yield 1; return more ? 'more' : 'done'; } const it = count(); it.next(); it.next(true).value",
    value: "more",
  },
  {
    cell: "class Base { get size() { return 1; } } class Derived extends Base { override get size() { return 2; } } new Derived().size",
    value: "2",
  },
  { cell: "const limits = { a: null as number | null }; limits.a ??= 4; limits.a", value: "4" },
  {
    cell: "const __private = 3; function __twice() { return __private * 2; } __twice()",
    value: "6",
  },
  { cell: "1_000_000 + 0b11", value: "1000003" },
  {
    cell: "try { throw new Error('outer', { cause: 'inner' }); } catch (error) { (error as Error).cause }\nnew Error('a', { cause: 'b' }).cause",
    value: "b",
  },
  {
    cell: "let done = 0; outer: for (const a of [1, 2]) for (const b of [1, 2]) { if (b === 2) continue outer; done += a; } done",
    value: "3",
  },
  { cell: "const late = await Promise.resolve(7); late", value: "7" },
];

const library: readonly ModernCell[] = [
  {
    cell: "[...new Set([1, 2]).union(new Set([2, 3]))].join()",
    value: "1,2,3",
    needs: "Set.prototype.union",
  },
  {
    cell: "new Set([1, 2]).isSubsetOf(new Set([1, 2, 3]))",
    value: "true",
    needs: "Set.prototype.isSubsetOf",
  },
  {
    cell: "[...new Set([1, 2]).symmetricDifference(new Set([2, 3]))].join()",
    value: "1,3",
    needs: "Set.prototype.symmetricDifference",
  },
  {
    cell: "Object.groupBy([1, 2, 3], (x) => (x % 2 === 0 ? 'even' : 'odd')).odd!.join()",
    value: "1,3",
    needs: "Object.groupBy",
  },
  {
    cell: "Map.groupBy([1, 2, 3], (x) => x > 1).get(true)!.length",
    value: "2",
    needs: "Map.groupBy",
  },
  {
    cell: "const { promise, resolve } = Promise.withResolvers<number>(); resolve(4); await promise",
    value: "4",
    needs: "Promise.withResolvers",
  },
  { cell: "await Promise.try(() => 5)", value: "5", needs: "Promise.try" },
  {
    cell: "Iterator.from([1, 2, 3]).map((x) => x * 2).toArray().join()",
    value: "2,4,6",
    needs: "globalThis.Iterator",
  },
  {
    cell: "[1, 2, 3].values().filter((x) => x > 1).take(1).toArray().join()",
    value: "2",
    needs: "globalThis.Iterator",
  },
  {
    cell: "await Array.fromAsync([Promise.resolve(1), 2]).then((all) => all.join())",
    value: "1,2",
    needs: "Array.fromAsync",
  },
  { cell: "[3, 1, 2].toSorted().with(0, 9).toReversed().join()", value: "3,2,9" },
  { cell: "[1, 2, 3, 4].toSpliced(1, 2).join()", value: "1,4" },
  { cell: "[1, 2, 3].findLast((x) => x < 3)! + [1, 2, 3].at(-1)!", value: "5" },
  { cell: "Object.hasOwn({ a: 1 }, 'a')", value: "true" },
  { cell: "'a-b-c'.replaceAll('-', '+')", value: "a+b+c" },
  { cell: "'ab\\uD800'.isWellFormed() + 'ab'.toWellFormed()", value: "falseab" },
  { cell: "/[\\p{L}--[a-z]]/v.test('a')", value: "false" },
  { cell: "/(?<year>\\d{4})/.exec('in 2026')!.groups!['year']", value: "2026" },
  { cell: "/a(?<at>b)/d.exec('ab')!.indices!.groups!['at']!.join()", value: "1,2" },
  { cell: "new Uint8Array([3, 1, 2]).toSorted().join()", value: "1,2,3" },
  {
    cell: "const buffer = new ArrayBuffer(8, { maxByteLength: 16 }); buffer.resize(12); buffer.byteLength",
    value: "12",
  },
  {
    cell: "const first = new ArrayBuffer(8); const second = first.transfer(4); `${first.detached} ${second.byteLength}`",
    value: "true 4",
    needs: "ArrayBuffer.prototype.transfer",
  },
  { cell: "Object.fromEntries(new Map([['a', 1]])).a", value: "1" },
  { cell: "structuredClone({ a: [1] }).a.length", value: "1" },
  { cell: "new WeakRef({ a: 1 }).deref()!.a", value: "1" },
  { cell: "await Promise.any([Promise.reject(new Error('no')), Promise.resolve(2)])", value: "2" },
  { cell: "new Intl.ListFormat('en').format(['a', 'b'])", value: "a and b" },
  { cell: "Math.f16round(1.1).toFixed(4)", value: "1.0996", needs: "Math.f16round" },
  { cell: "new Float16Array([1.5]).at(0)", value: "1.5", needs: "globalThis.Float16Array" },
  {
    cell: "Array.from({ length: 3 }, (_, i) => i ** 2).flatMap((x) => [x, -x]).length",
    value: "6",
  },
  { cell: "BigInt.asUintN(8, 300n)", value: "44" },
];

export const modernCells: readonly ModernCell[] = [...syntax, ...library];
