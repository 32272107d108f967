// Who may import whom. Arrows go one way: cli, then drills and import-sqlite, then operations, then running-stack, then infra;
// the application with its migrations stands apart, and nothing imports the stacks. docs/architecture.md draws it.

const rooms = [
  "stacks",
  "infra",
  "app",
  "migrations",
  "cli",
  "operations",
  "drills",
  "running-stack",
  "import-sqlite",
];

/** @param {string[]} names */
const inRooms = (...names) => `^(${names.join("|")})/`;

/**
 * A room may import itself, packages and these rooms.
 * @param {string} room
 * @param {string[]} allowed
 * @param {string} comment
 */
const roomImportsOnly = (room, allowed, comment) => ({
  name: `${room}-imports`,
  comment,
  severity: /** @type {const} */ ("error"),
  from: { path: inRooms(room) },
  to: { path: inRooms(...rooms.filter((name) => name !== room && !allowed.includes(name))) },
});

/** @type {import("dependency-cruiser").IConfiguration} */
export default {
  forbidden: [
    roomImportsOnly("app", [], "The service knows nothing of how it is deployed."),
    roomImportsOnly("migrations", ["app"], "Migrations connect as the service does."),
    roomImportsOnly("infra", [], "Components know no stack and no command."),
    roomImportsOnly("stacks", ["infra"], "A stack is made of infrastructure and nothing else."),
    roomImportsOnly("running-stack", ["infra"], "What the commands stand on knows none of them."),
    roomImportsOnly("operations", ["running-stack", "infra"], "Operators need no drill."),
    roomImportsOnly(
      "drills",
      ["operations", "running-stack", "infra"],
      "A drill uses what it measures from outside.",
    ),
    {
      name: "drills-hold-status-to-its-word",
      comment: "That is all they need of the operators' commands.",
      severity: "error",
      from: { path: inRooms("drills") },
      to: { path: "^operations/", pathNot: "^operations/status/" },
    },
    roomImportsOnly(
      "import-sqlite",
      ["running-stack", "infra", "app"],
      "The importer checks passwords and images as the service does.",
    ),
    {
      name: "the-page-uses-the-api-alone",
      comment: "It runs in a browser: nothing of the service, no package and nothing of Node is there.",
      severity: "error",
      from: { path: "^app/page/" },
      to: { pathNot: "^app/page/" },
    },
    {
      name: "the-service-does-not-run-the-page",
      comment: "It bundles and sends it.",
      severity: "error",
      from: { path: inRooms(...rooms), pathNot: "^app/page/" },
      to: { path: "^app/page/" },
    },
    {
      name: "traces-cost-nothing-where-they-are-off",
      comment: "OpenTelemetry is loaded when it is wanted: these files are imported by import() alone.",
      severity: "error",
      from: { path: "^app/", pathNot: "^app/(tracing/otlp-tracing|plugins/tracing)\\.ts$" },
      to: {
        path: "^app/(tracing/otlp-tracing|plugins/tracing)\\.ts$|/@opentelemetry/",
        dynamic: false,
        dependencyTypesNot: ["type-only"],
      },
    },
    {
      name: "nothing-imports-the-stacks",
      comment: "The engine starts stacks/index.ts; everybody else asks the running stack.",
      severity: "error",
      from: { pathNot: "^(stacks|tests)/" },
      to: { path: "^stacks/" },
    },
    {
      name: "one-target-does-not-know-the-other",
      severity: "error",
      from: { path: "^infra/(docker|aws)/" },
      to: { path: "^infra/(docker|aws)/", pathNot: "^infra/$1/" },
    },
    {
      name: "toolchain-stands-below-the-commands",
      severity: "error",
      from: { path: "^cli/toolchain/" },
      to: { path: "^cli/commands/" },
    },
    {
      name: "only-tests-import-tests",
      severity: "error",
      from: { pathNot: "^(tests/|vitest\\.config\\.ts)" },
      to: { path: "^tests/" },
    },
    {
      name: "no-circles",
      comment: "Two files that need each other are one, or need a third.",
      severity: "error",
      from: {},
      to: { circular: true },
    },
    {
      name: "no-orphans",
      comment:
        "A file that nobody imports and that imports nobody is left over. Those that are loaded by name are listed.",
      severity: "error",
      from: {
        orphan: true,
        pathNot: [
          "^(\\.dependency-cruiser\\.mjs|vitest\\.config\\.ts)$",
          // Pulumi's toolchain preloads these into providers.
          "^cli/toolchain/pulumi/[\\w-]+\\.cjs$",
          "^tests/",
        ],
      },
      to: {},
    },
    {
      name: "what-is-imported-is-there",
      severity: "error",
      from: {},
      // Dynamic resources find their code from the program's working directory, which is stacks/.
      to: { couldNotResolve: true, pathNot: "^\\.\\./infra/(docker/steps|aws/delivery)/" },
    },
    {
      name: "images-have-no-development-packages",
      comment: "They install dependencies alone; the importer's task gets a mapping that was checked before.",
      severity: "error",
      from: {
        path: inRooms("app", "migrations", "import-sqlite"),
        pathNot: "^import-sqlite/(bench/|mapping/mapping\\.ts$)",
      },
      to: { dependencyTypes: ["npm-dev", "npm-no-pkg", "npm-unknown"], dependencyTypesNot: ["type-only"] },
    },
  ],
  options: {
    doNotFollow: { path: "node_modules" },
    exclude: { path: "^docs/failover/" },
    tsPreCompilationDeps: true,
    tsConfig: { fileName: "tsconfig.json" },
    enhancedResolveOptions: {
      exportsFields: ["exports"],
      conditionNames: ["import", "require", "node", "default"],
    },
  },
};
