/**
 * Who may import whom. `npm run lint` checks it, and `tests/package/imports.test.ts` breaks each rule.
 * Types count as well as values, except for cycles: types are gone when a program runs.
 */

/** The folders of tvm-ts, each with the folders it may import from; `support` is everybody's. */
const tvmLayers = {
  support: [],
  artifact: [],
  ir: [],
  arith: ["ir"],
  pass: ["ir"],
  te: ["ir", "arith"],
  transforms: ["ir", "arith", "pass"],
  codegen: ["artifact", "ir", "arith", "pass"],
  target: ["artifact", "ir", "pass", "codegen"],
  runtime: ["artifact"],
  rpc: ["artifact", "runtime"],
  topi: ["ir", "arith", "te"],
  relay: ["ir", "runtime"],
  view: ["ir", "arith", "te", "pass", "runtime", "rpc"],
  driver: [
    ...["artifact", "ir", "arith", "te", "pass", "transforms", "codegen", "target"],
    ...["runtime", "rpc", "topi", "view"],
  ],
  node: ["artifact", "runtime", "rpc", "codegen", "driver"],
};

/** The folders of vta-ts, likewise. */
const vtaLayers = {
  hardware: [],
  accelerator: ["hardware"],
  sim: ["hardware", "accelerator"],
  runtime: ["hardware", "accelerator"],
  compiler: ["hardware"],
  records: [],
  topi: ["hardware", "compiler", "records"],
  api: ["hardware", "accelerator", "sim", "runtime", "compiler", "records", "topi"],
  rpc: ["hardware", "accelerator", "runtime", "compiler", "api"],
  grade: ["accelerator", "sim", "api"],
  explore: ["hardware", "accelerator", "sim", "runtime", "compiler", "records", "topi", "api"],
  graph: ["hardware", "sim", "compiler", "records", "topi", "api", "explore"],
  view: [
    ...["hardware", "accelerator", "sim", "runtime", "compiler", "records", "graph"],
    "explore",
  ],
  node: [
    ...["hardware", "accelerator", "sim", "runtime", "compiler", "topi", "api"],
    ...["records", "graph", "rpc", "explore", "view"],
  ],
};

function layerRules(root, layers) {
  return Object.entries(layers).map(([folder, allowed]) => ({
    name: `${root}/src/${folder}`,
    severity: "error",
    comment: `${folder}/ may import only ${["support", ...allowed].join(", ")}`,
    from: { path: `^lib/${root}/src/${folder}/` },
    to: {
      path: `^lib/${root}/src/`,
      pathNot: `^lib/${root}/src/(${[...new Set(["support", folder, ...allowed])].join("|")})/`,
    },
  }));
}

module.exports = {
  forbidden: [
    ...layerRules("tvm-ts", tvmLayers),
    ...layerRules("vta", vtaLayers),
    {
      name: "layered",
      severity: "error",
      comment: "each folder of a library has a line in the tables of .dependency-cruiser.cjs",
      from: {
        path: "^lib/(tvm-ts|vta)/src/[^/]+/",
        pathNot: [
          `^lib/tvm-ts/src/(${Object.keys(tvmLayers).join("|")})/`,
          `^lib/vta/src/(${Object.keys(vtaLayers).join("|")})/`,
        ],
      },
      to: { path: "^lib/" },
    },
    {
      name: "cycle",
      severity: "error",
      comment: "files do not need each other's values in a circle",
      from: { path: "^lib/" },
      to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
    },
    {
      name: "node",
      severity: "error",
      comment: "only node/ touches Node; a page gets node/browser.ts in its place",
      from: { path: "^lib/[^/]+/src/", pathNot: "^lib/[^/]+/src/node/" },
      to: { dependencyTypes: ["core"] },
    },
    {
      name: "libraries",
      severity: "error",
      comment: "a library does not reach into the sources of another package",
      from: { path: "^(lib/[^/]+|kernel|extension)/src/" },
      to: { path: "^(lib/[^/]+|kernel|extension)/src/", pathNot: "^$1/src/" },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^lib/[^/]+/(dist|vendor)/" },
    tsPreCompilationDeps: true,
    detectProcessBuiltinModuleCalls: true,
    enhancedResolveOptions: { extensions: [".ts", ".js", ".d.ts"] },
  },
};
