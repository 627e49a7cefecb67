// Builds the app into out/: the shell, the preload script, the command line, the page, and the data they read.
import { cpSync, existsSync, mkdirSync, readdirSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { build as bundle } from "esbuild";
import { build as buildPage } from "vite";

const repository = dirname(dirname(fileURLToPath(import.meta.url)));
const out = join(repository, "out");
/** Everything is made here first: an app that runs from out/ does not see a half-made one. */
const draft = join(out, `.draft-${process.pid}`);

/** What stays outside: native code, and what Electron provides. */
const external = ["electron", "better-sqlite3"];

/** Files of packages that nothing here uses, by the file that requires them at its start. */
const leftOut = [
	// gRPC and protobuf, for builds by BuildKit: no image is built through the API.
	{ by: join("dockerode", "lib", "docker.js"), path: "./session" },
	{ by: join("dockerode", "lib", "docker.js"), path: "./buildkit" },
	// ssh2: engines over ssh are not supported.
	{ by: join("docker-modem", "lib", "modem.js"), path: "./ssh" },
];

const leaveOut = {
	name: "leave-out",
	setup(build) {
		build.onResolve({ filter: /^\.\// }, ({ path, importer }) =>
			leftOut.some((file) => file.path === path && importer.endsWith(file.by))
				? { path, namespace: "left-out" }
				: undefined,
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
	minifyWhitespace: true,
	external,
	logLevel: "warning",
	plugins: [leaveOut],
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
		// Split where the code itself imports late, so that the window and `--help` come before the engine is loaded.
		// resourcePaths() counts on code that lies one folder below out/.
		bundle({
			...module,
			entryPoints: { "electron/index": "electron/index.ts", "cli/index": "main/cli/index.ts" },
			outdir: draft,
			splitting: true,
			chunkNames: "shared/[name]-[hash]",
		}),
		// A sandboxed preload script is CommonJS and can require nothing but Electron.
		bundle({
			...node,
			format: "cjs",
			target: "chrome148",
			entryPoints: ["preload/index.ts"],
			outfile: join(draft, "preload/index.cjs"),
		}),
	]);
}

function copyData() {
	for (const [from, to] of data) {
		const source = join(repository, from);
		if (existsSync(source)) cpSync(source, join(draft, to), { recursive: true });
	}
}

function buildWindow() {
	return buildPage({
		configFile: join(repository, "vite.config.ts"),
		root: join(repository, "renderer"),
		build: { outDir: join(draft, "renderer") },
		logLevel: "warn",
	});
}

function publish() {
	const made = readdirSync(draft);
	for (const name of made) {
		rmSync(join(out, name), { recursive: true, force: true });
		renameSync(join(draft, name), join(out, name));
	}
	const stale = readdirSync(out).filter((name) => !name.startsWith(".draft-") && !made.includes(name));
	for (const name of stale) rmSync(join(out, name), { recursive: true });
}

const start = performance.now();
mkdirSync(draft, { recursive: true });
try {
	await Promise.all([buildNode(), buildWindow()]);
	copyData();
	publish();
} finally {
	rmSync(draft, { recursive: true, force: true });
}
process.stderr.write(`built out/ in ${((performance.now() - start) / 1000).toFixed(1)} s\n`);
