// The table "Allowed imports" of ARCHITECTURE.md as rules: each folder names what it may import,
// and whatever is not named is an error. Tests are exempt from the table, not from the rest.

const TESTS = "(\\.(test|conformance|fixture)\\.ts$|^src-main/testing/|^faults/)";

/** A folder may import itself, the paths in `may`, the packages in `packages`, and, with `node`, node:*. */
function allowOnly({ name, from, may = [], packages = [], node = false }) {
  const allowedPaths = [from, ...may, ...packages.map((name) => `(^|node_modules/)${name}(/|$)`)];
  const to = { pathNot: allowedPaths };
  if (node) to.dependencyTypesNot = ["core"];
  return {
    name,
    comment: `${from} may import only: ${[...may, ...packages, ...(node ? ["node:*"] : [])].join(", ") || "nothing else"}`,
    severity: "error",
    from: { path: from, pathNot: TESTS },
    to,
  };
}

/** Only `from` may import the package. */
function reservedPackage({ name, packages, from }) {
  return {
    name,
    comment: `${packages} may be imported only by ${from}`,
    severity: "error",
    from: { pathNot: [from, TESTS] },
    to: { path: `(^|node_modules/)(${packages})(/|$)` },
  };
}

module.exports = {
  forbidden: [
    allowOnly({ name: "app-model", from: "^app/model/", packages: ["zod"] }),
    allowOnly({ name: "app-storage", from: "^app/storage/", may: ["^app/model/"] }),
    allowOnly({
      name: "app-contract",
      from: "^app/contract/",
      may: ["^app/model/"],
      packages: ["zod"],
    }),
    allowOnly({
      name: "app-expression",
      from: "^app/expression/",
      may: ["^app/model/"],
      packages: ["jsonata"],
    }),
    allowOnly({
      name: "app-validation",
      from: "^app/validation/",
      may: ["^app/model/", "^app/expression/"],
      packages: ["zod", "@cfworker/json-schema"],
    }),
    allowOnly({
      name: "app-engine",
      from: "^app/engine/",
      may: [
        "^app/model/",
        "^app/storage/(?!.*\\.conformance\\.ts$)",
        "^app/validation/",
        "^app/expression/",
      ],
      packages: ["zod", "croner"],
    }),
    {
      name: "app-has-no-other-folders",
      comment: "A new folder in app/ needs its line in this table first.",
      severity: "error",
      from: {
        path: "^app/",
        pathNot: ["^app/(model|storage|contract|expression|validation|engine)/", TESTS],
      },
      to: {},
    },
    allowOnly({
      name: "src-main-storage",
      from: "^src-main/storage/",
      may: ["^app/", "^src-main/durable-files\\.ts$"],
      packages: ["better-sqlite3", "@types/better-sqlite3", "pg", "@types/pg"],
      node: true,
    }),
    allowOnly({ name: "src-main-nodes", from: "^src-main/nodes/", may: ["^app/"], node: true }),
    allowOnly({ name: "src-main-secrets", from: "^src-main/secrets/", may: ["^app/"], node: true }),
    allowOnly({
      name: "src-main-core",
      from: "^src-main/core/",
      may: ["^app/", "^src-main/(storage|nodes|secrets)/", "^src-main/[a-z-]+\\.ts$"],
      packages: ["zod", "croner", "electron-log"],
      node: true,
    }),
    allowOnly({
      name: "src-main-hosts",
      from: "^src-main/(cli|serve)/",
      may: [
        "^app/",
        "^src-main/(storage|nodes|secrets|core)/",
        "^src-main/(?!main\\.ts$)[a-z-]+\\.ts$",
      ],
      packages: ["zod", "electron-log", "ws", "@types/ws"],
      node: true,
    }),
    {
      name: "cli-and-serve-are-apart",
      comment:
        "Two hosts of one core: what they share belongs to src-main/core. One command starts the other host.",
      severity: "error",
      from: {
        path: "^src-main/(cli|serve)/",
        pathNot: [TESTS, "^src-main/cli/commands/serve\\.ts$"],
      },
      to: { path: "^src-main/(cli|serve)/", pathNot: "^src-main/$1/" },
    },
    allowOnly({
      name: "the-machine",
      from: "^src-main/(data-folder[a-z-]*|durable-files|machine-identity)\\.ts$",
      node: true,
    }),
    allowOnly({
      name: "src-main-electron",
      from: "^src-main/(electron/(?!preload\\.ts$)|main\\.ts$)",
      may: ["^app/", "^src-main/"],
      packages: ["electron", "electron-log", "electron-updater", "zod"],
      node: true,
    }),
    allowOnly({
      name: "electron-preload",
      from: "^src-main/electron/preload\\.ts$",
      may: ["^app/contract/", "^src-main/electron/bridge-channel\\.ts$"],
      packages: ["electron"],
    }),
    allowOnly({
      name: "src-renderer",
      from: "^src-renderer/",
      may: ["^app/model/", "^app/contract/"],
      packages: [
        "zod",
        "react",
        "react-dom",
        "@types/react",
        "@types/react-dom",
        "@base-ui/react",
        "lucide-react",
        "tinykeys",
        "wouter",
      ],
    }),
    allowOnly({ name: "bin", from: "^bin/", may: ["^src-main/cli/main\\.ts$"], node: true }),

    reservedPackage({
      name: "electron-only-in-electron",
      packages: "electron",
      from: "^(src-main/(electron/|main\\.ts$)|e2e/)",
    }),
    reservedPackage({
      name: "drivers-only-in-storage",
      packages: "better-sqlite3|pg",
      // Benchmarks measure the bare driver as the floor.
      from: "^(src-main/storage/|bench/|faults/|e2e/)",
    }),
    {
      name: "product-does-not-import-tests",
      severity: "error",
      from: { path: "^(app|src-main|src-renderer|bin)/", pathNot: TESTS },
      to: { path: [TESTS, "^(bench|faults|scripts|e2e|samples)/"] },
    },
    {
      name: "no-cycles",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment: "A module that imports nothing and that nobody imports.",
      severity: "error",
      from: { orphan: true, path: "^(app|src-main|src-renderer)/", pathNot: TESTS },
      to: {},
    },
    {
      name: "no-unresolvable",
      severity: "error",
      from: {},
      to: { couldNotResolve: true },
    },
  ],
  options: {
    parser: "swc",
    doNotFollow: { path: "node_modules" },
    exclude: { path: "node_modules/\\.cache" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "node", "default", "types"],
      mainFields: ["module", "main", "types"],
    },
  },
};
