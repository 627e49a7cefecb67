/** The layer arrows: electron -> main -> contract, preload -> contract, renderer -> contract. */
const only = (folder, allowed) => ({
	name: `${folder}-imports-only-${allowed.join("-") || "itself"}`,
	severity: "error",
	from: { path: `^${folder}/` },
	to: {
		path: "^(contract|main|electron|preload|renderer|e2e|scripts)/",
		pathNot: `^(${[folder, ...allowed].join("|")})/`,
	},
});

module.exports = {
	forbidden: [
		only("contract", []),
		only("main", ["contract"]),
		only("electron", ["main", "contract"]),
		only("preload", ["contract"]),
		only("renderer", ["contract"]),
		{
			name: "libvirt-client-stands-alone",
			comment: "main/libvirt/rpc is a package of its own in shape: it imports nothing of the app and no library.",
			severity: "error",
			from: { path: "^main/libvirt/rpc/", pathNot: "(\\.test\\.ts$|\\.integration\\.ts$|/testing/)" },
			to: { pathNot: "^main/libvirt/rpc/", dependencyTypesNot: ["core"] },
		},
		{
			name: "libvirt-client-tests-stand-alone",
			comment: "Its tests may use test libraries, and nothing of the app either.",
			severity: "error",
			from: { path: "^main/libvirt/rpc/" },
			to: { path: "^(contract|main|electron|preload|renderer|e2e|scripts)/", pathNot: "^main/libvirt/rpc/" },
		},
		{
			name: "electron-only-in-the-shell",
			comment:
				"electron/ is the one privileged importer of Electron; preload/ sees its sandboxed part; e2e/ drives it.",
			severity: "error",
			from: { path: "^(contract|main|renderer)/" },
			to: { path: "^(node_modules/)?electron(/|$)" },
		},
		{
			name: "no-node-in-the-renderer",
			severity: "error",
			from: { path: "^(renderer|contract)/" },
			to: { dependencyTypes: ["core"] },
		},
		{
			name: "no-cycles",
			severity: "error",
			from: {},
			to: { circular: true, viaOnly: { dependencyTypesNot: ["type-only"] } },
		},
		{
			name: "no-tests-in-the-product",
			severity: "error",
			from: {
				path: "^(contract|main|electron|preload|renderer)/",
				pathNot: "(\\.test\\.tsx?$|\\.integration\\.ts$|\\.cycles\\.ts$|/testing/|^main/attacks/)",
			},
			to: { path: "(\\.test\\.tsx?$|\\.integration\\.ts$|\\.cycles\\.ts$|/testing/|^main/attacks/)" },
		},
	],
	options: {
		tsPreCompilationDeps: true,
		doNotFollow: { path: "node_modules" },
		enhancedResolveOptions: { extensions: [".ts", ".tsx", ".js"] },
	},
};
