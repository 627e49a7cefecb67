// Builds the app into out/: the shell, the preload script, the command line, the page, and the data they read.
import { cpSync, existsSync, mkdirSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { build as buildPage } from "vite";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(repository, "out");

/** What stays outside: native code (ssh2 works without its two optional pieces), and what Electron provides. */
const external = ["electron", "better-sqlite3", "cpu-features", "*.node"];

/**
 * dockerode loads gRPC and protobuf for builds by BuildKit, at start and from files of its own folder.
 * Nothing here builds images through the API, so the bundle leaves both out.
 */
const withoutBuildKit = {
	name: "without-buildkit",
	setup(build) {
		build.onResolve({ filter: /^\.\/(session|buildkit)$/ }, ({ path, importer }) =>
			importer.endsWith(join("dockerode", "lib", "docker.js")) ? { path, namespace: "left-out" } : undefined,
		);
		build.onLoad({ filter: /.*/, namespace: "left-out" }, ({ path }) => ({
			contents: `module.exports = () => { throw new Error("${path} is not part of the bundle"); };`,
		}));
	},
};

const node = {
	absWorkingDir: repository,
	bundle: true,
	platform: "node",
	sourcemap: true,
	sourcesContent: false,
	external,
	logLevel: "warning",
	plugins: [withoutBuildKit],
};

// CommonJS packages inside an ES module bundle call require() for Node's own modules.
const requireForBundledPackages = [
	'import { createRequire as __createRequire } from "node:module";',
	"const require = __createRequire(import.meta.url);",
].join(" ");

const module = { ...node, format: "esm", target: "node24", banner: { js: requireForBundledPackages } };

/** What the engine reads at run time, beside the code: see main/paths.ts. */
const data = [
	["main/db/migrations", "migrations"],
	["templates", "templates"],
	["resources/icons", "icons"],
];

async function buildNode() {
	await Promise.all([
		bundle({ ...module, entryPoints: ["electron/index.ts"], outfile: join(out, "electron/index.js") }),
		bundle({ ...module, entryPoints: ["main/cli/index.ts"], outfile: join(out, "cli/index.js") }),
		// A sandboxed preload script is CommonJS and can require nothing but Electron.
		bundle({
			...node,
			format: "cjs",
			target: "chrome148",
			entryPoints: ["preload/index.ts"],
			outfile: join(out, "preload/index.cjs"),
		}),
	]);
}

function copyData() {
	for (const [from, to] of data) {
		const source = join(repository, from);
		if (existsSync(source)) cpSync(source, join(out, to), { recursive: true });
	}
}

const start = performance.now();
rmSync(out, { recursive: true, force: true });
mkdirSync(out, { recursive: true });
await Promise.all([
	buildNode(),
	buildPage({ configFile: join(repository, "vite.config.ts"), root: join(repository, "renderer"), logLevel: "warn" }),
]);
copyData();
process.stderr.write(`built out/ in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
