// `npm run wheels [-- PLATFORM...]`: builds the wheels of the kernel, one a platform, and of the extension
// into packaging/dist. A wheel contains the npm packages that the kernel needs, in the versions of
// package-lock.json.

import { execFileSync } from "node:child_process";
import console from "node:console";
import {
  cpSync,
  existsSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import process from "node:process";
import { fileURLToPath, URL } from "node:url";

const root = fileURLToPath(new URL("..", import.meta.url));
const here = join(root, "packaging");
const python = join(root, ".venv/bin/python");

/** Python's platform tag for each of npm's platforms: the oldest systems that ZeroMQ's machine code is for. */
const platforms = {
  "linux-x64": "manylinux_2_28_x86_64",
  "linux-arm64": "manylinux_2_28_aarch64",
  "darwin-x64": "macosx_15_0_x86_64",
  "darwin-arm64": "macosx_14_0_arm64",
};

/** ZeroMQ's machine code for a platform: the newest that all supported versions of Node.js load. */
function socketsOf(platform) {
  const [system, processor] = platform.split("-");
  const build = { linux: "glibc-127-Release", darwin: "libc-115-Release" }[system];
  return `build/${system}/${processor}/node/${build}/addon.node`;
}

/** Files to include of packages that contain more than the kernel loads: a part of the path, by package. */
const parts = {
  binaryen: /^(?:index\.(?:js|d\.ts)|package\.json|LICENSE|README)/,
  typescript: /^(?:lib$|lib\/lib\..*\.d\.ts|package\.json|LICENSE|ThirdParty)/,
  tslab: /^(?:package\.json|LICENSE)/,
};

/** The kernel's bundle contains tslab's converter. */
const needed = { tslab: [] };

function manifestOf(folder) {
  return JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
}

/** The folder of a package, resolved from `from`. */
function find(name, from) {
  for (let at = from; ; at = dirname(at)) {
    const folder = join(at, "node_modules", name);
    if (existsSync(folder)) return folder;
    if (at === dirname(at)) throw new Error(`${name} is not installed; run npm ci`);
  }
}

/** All packages that the kernel needs at run time: source folder by destination folder. */
function closure() {
  const found = new Map();
  const visit = (name, from) => {
    const folder = find(name, from);
    const place = relative(root, folder);
    if (found.has(place)) return;
    found.set(place, folder);
    const { dependencies = {} } = manifestOf(folder);
    for (const each of needed[name] ?? Object.keys(dependencies)) visit(each, realpathSync(folder));
  };
  visit("tvm-vta-kernel", root);
  return found;
}

function copyPackage(from, to, platform) {
  const source = realpathSync(from);
  const { name, files } = manifestOf(source);
  const isOurs = source !== from;
  cpSync(source, to, {
    recursive: true,
    filter: (path) => {
      const inside = relative(source, path).split(sep).join("/");
      if (inside === "") return true;
      if (/(?:^|\/)node_modules(?:\/|$)|\.(?:map|blob)$/.test(inside)) return false;
      if (isOurs)
        return [...files, "package.json"].some((each) => `${inside}/`.startsWith(`${each}/`));
      if (name === "zeromq" && inside.startsWith("build/")) {
        const wanted = ["build/manifest.json", socketsOf(platform)];
        return wanted.some((each) => `${each}/`.startsWith(`${inside}/`));
      }
      return parts[name]?.test(inside) ?? true;
    },
  });
}

/** The licences of everything inside, as each package states them. */
function notices(packages) {
  const texts = [...packages].map(([place, folder]) => {
    const { name, version, license } = manifestOf(folder);
    const file = ["LICENSE", "LICENSE.md", "LICENSE.txt", "license", "LICENCE"]
      .map((each) => join(folder, each))
      .find(existsSync);
    const text = file === undefined ? "" : `\n${readFileSync(file, "utf8").trim()}\n`;
    return `${place}: ${name} ${version}, ${String(license)}\n${text}`;
  });
  return `This package contains the following packages from npm.\n\n${texts.join("\n---\n\n")}`;
}

function wheel(folder, environment = {}) {
  const options = [
    "--no-deps",
    "--no-build-isolation",
    "--quiet",
    "--wheel-dir",
    join(here, "dist"),
  ];
  execFileSync(python, ["-m", "pip", "wheel", ...options, folder], {
    cwd: root,
    env: { ...process.env, ...environment },
    stdio: "inherit",
  });
}

function build(platform) {
  const target = join(here, "tvm_vta_kernel/node");
  rmSync(target, { recursive: true, force: true });
  const packages = closure();
  for (const [place, folder] of packages) copyPackage(folder, join(target, place), platform);
  const sockets = socketsOf(platform);
  if (!existsSync(join(target, "node_modules/zeromq", sockets)))
    throw new Error(`zeromq has no ${sockets}; is there another for ${platform}?`);
  writeFileSync(join(here, "NOTICES"), notices(packages));
  cpSync(join(root, "LICENSE"), join(here, "LICENSE"));
  mkdirSync(join(here, "kernelspec"), { recursive: true });
  const spec = {
    argv: ["python", "-m", "tvm_vta_kernel", "start", "{connection_file}"],
    display_name: "TypeScript (TVM/VTA)",
    language: "typescript",
    interrupt_mode: "message",
    kernel_protocol_version: "5.5",
  };
  writeFileSync(join(here, "kernelspec/kernel.json"), `${JSON.stringify(spec, null, 2)}\n`);
  cpSync(join(root, "kernel/share/logo-svg.svg"), join(here, "kernelspec/logo-svg.svg"));
  wheel(here, { WHEEL_PLATFORM: platforms[platform] });
  rmSync(target, { recursive: true, force: true });
}

const requirements = ["-r", join(here, "requirements.txt")];
const constraints = ["--constraint", join(root, ".ci/constraints.txt")];
execFileSync(python, ["-m", "pip", "install", "--quiet", ...requirements, ...constraints], {
  stdio: "inherit",
});
const wanted = process.argv.slice(2);
for (const platform of wanted.length > 0 ? wanted : Object.keys(platforms)) {
  if (!(platform in platforms)) {
    console.error(`${platform} is not one of ${Object.keys(platforms).join(", ")}`);
    process.exit(1);
  }
  build(platform);
}
wheel(join(root, "extension"));
console.log(`The wheels are in ${join(here, "dist")}`);
