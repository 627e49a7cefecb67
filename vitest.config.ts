import { defineConfig } from "vitest/config";

/**
 * unit: the pure core, no engine, many and fast.
 * integration: real engines; one file at a time, because two cores and one engine are shared.
 * cycles: the same again and again, and nothing may be left; only on request.
 * attack: the promises of docs/isolation.md, each attacked on a real range; one file at a time as well.
 */
const attacks = ["main/**/*.attack.ts", "main/filter/filter.integration.ts"];
const realEngine = {
	environment: "node",
	fileParallelism: false,
	testTimeout: 120_000,
	hookTimeout: 180_000,
} as const;

export default defineConfig({
	test: {
		projects: [
			{
				test: {
					name: "unit",
					include: ["{contract,main,electron,preload,renderer}/**/*.test.{ts,tsx}", "scripts/**/*.test.mjs"],
					environment: "node",
					// Against hanging only: properties are tried many times, on machines of any speed.
					testTimeout: 60_000,
					// The design tokens are tested as the text that they are; other styles stay out.
					css: { include: [/tokens\.css/] },
				},
			},
			{
				test: {
					name: "integration",
					include: ["{main,electron}/**/*.integration.ts"],
					exclude: attacks,
					...realEngine,
				},
			},
			{ test: { name: "attack", include: attacks, ...realEngine } },
			{ test: { name: "cycles", include: ["main/**/*.cycles.ts"], ...realEngine, testTimeout: 1_800_000 } },
		],
	},
});
