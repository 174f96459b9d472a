// Removes what the compiler made of sources that are gone. The compiler leaves it where it is, and a file
// `dist/explain.js` hides the folder `dist/explain` that came in its place.
import { existsSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath, URL } from "node:url";

const MAP = ".d.ts.map"; // the compiler makes one for each source

const root = fileURLToPath(new URL("..", import.meta.url));
for (const folder of ["lib/tvm-ts/dist", "lib/vta/dist", "kernel/dist"]) {
  for (const name of readdirSync(join(root, folder), { recursive: true })) {
    if (!name.endsWith(MAP)) continue;
    const map = join(root, folder, name);
    const { sources } = JSON.parse(readFileSync(map, "utf8"));
    if (existsSync(join(dirname(map), sources[0]))) continue;
    for (const ending of [MAP, ".d.ts", ".js", ".js.map"]) {
      rmSync(map.slice(0, -MAP.length) + ending, { force: true });
    }
  }
}
