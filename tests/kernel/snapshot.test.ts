/** The snapshot of the language process, as built. */

import { spawnSync } from "node:child_process";
import { readdirSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, expect, test } from "vitest";
import { buildPackages, root } from "../support/jupyter-env";

const folder = join(root, "kernel/dist/hosts/node");

beforeAll(() => buildPackages(), 600_000);

test("a kernel that exits while it makes a snapshot leaves no part of it", () => {
  const unfinished = () => readdirSync(folder).filter((name) => name.endsWith(".tmp"));
  const before = unfinished();
  // A snapshot is specific to the options of Node.js, so there is none for these.
  const env = { ...process.env, NODE_OPTIONS: "--stack-trace-limit=11" };
  const program = `import { readdirSync } from "node:fs";
    import { makeSnapshot } from ${JSON.stringify(join(folder, "language-snapshot.js"))};
    makeSnapshot();
    setInterval(() => {
      const names = readdirSync(${JSON.stringify(folder)});
      if (names.some((name) => name.endsWith(\`.\${process.pid}.tmp\`))) process.exit(3);
    }, 5);`;
  const args = ["--input-type=module", "--eval", program];
  expect(spawnSync(process.execPath, args, { env }).status).toBe(3);
  expect(unfinished()).toEqual(before);
  // The snapshot is made with the lowest priority.
}, 300_000);
