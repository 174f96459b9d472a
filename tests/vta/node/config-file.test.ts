import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test, vi } from "vitest";
import { readConfigFile, samples } from "vta-ts";
import { defaultConfig } from "../../../lib/vta/src/node";

function hardwareFolder(text: string): string {
  const root = mkdtempSync(join(tmpdir(), "vta-hw-"));
  mkdirSync(join(root, "config"));
  writeFileSync(join(root, "config", "vta_config.json"), text);
  return root;
}

describe("the configuration that an environment starts with", () => {
  afterEach(() => vi.unstubAllEnvs());

  test("is the simulator's without VTA_HW_PATH", () => {
    vi.stubEnv("VTA_HW_PATH", "");
    expect(defaultConfig()).toBe(samples.sim);
  });

  test("is the file in VTA_HW_PATH", () => {
    vi.stubEnv("VTA_HW_PATH", hardwareFolder(JSON.stringify(samples.ultra96)));
    expect(defaultConfig()).toEqual(samples.ultra96);
  });

  test("is refused with its path when it is missing, not JSON, or not a configuration", () => {
    vi.stubEnv("VTA_HW_PATH", "/nowhere");
    expect(() => defaultConfig()).toThrow(
      /no configuration can be read from \/nowhere\/config\/vta_config.json: ENOENT/,
    );
    const broken = hardwareFolder("{");
    expect(() => readConfigFile(join(broken, "config/vta_config.json"))).toThrow(
      /vta_config.json: .*JSON/,
    );
    const other = hardwareFolder('{"TARGET": "sim"}');
    expect(() => readConfigFile(join(other, "config/vta_config.json"))).toThrow(
      /vta_config.json: this is not a VTA configuration: HW_VER is missing/,
    );
  });
});
