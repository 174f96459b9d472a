/** The kernel in a page, in Firefox, where it is installed: `.ci/firefox` installs Debian's. */

import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { Firefox, firefoxPath } from "../support/firefox";
import { buildSite, SiteServer } from "./lite-site";

const KERNEL = "jupyterapp?.shell.currentWidget?.sessionContext?.session?.kernel";
const outputs = (selector: string): string =>
  `[...document.querySelectorAll(${JSON.stringify(selector)})].map((each) => each.textContent)`;

describe.skipIf(firefoxPath === undefined)("the first tutorial in Firefox", () => {
  let server: SiteServer;
  let firefox: Firefox;

  beforeAll(async () => {
    buildSite();
    server = await SiteServer.start();
    firefox = await Firefox.launch(firefoxPath!);
    await firefox.goto(`${server.url}lab/index.html?path=tutorials/vta_get_started.ipynb`);
    await firefox.waitFor(`globalThis.${KERNEL}`);
  }, 600_000);
  afterAll(async () => {
    await firefox?.close();
    await server?.stop();
  });

  test("runs to its last line without an error", { timeout: 300_000 }, async () => {
    await firefox.evaluate(`jupyterapp.commands.execute("notebook:run-all-cells")`);
    await firefox.waitFor(
      `${outputs(".jp-OutputArea-output")}.some((text) => text.includes("Successful vector add test!"))`,
    );
    const failed = "[data-mime-type*='.error'], [data-mime-type*='stderr']";
    expect(await firefox.evaluate(outputs(failed))).toEqual([]);
  });

  test("a loop is stopped", { timeout: 120_000 }, async () => {
    const reply = await firefox.evaluate(`(async () => {
      const kernel = ${KERNEL};
      const future = kernel.requestExecute({ code: "for (;;) {}" });
      setTimeout(() => void kernel.interrupt(), 1000);
      return (await future.done).content;
    })()`);
    expect(reply).toMatchObject({ status: "error" });
  });
});
