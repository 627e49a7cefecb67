import { expect, test } from "vitest";
import { HomerangeError } from "../contract/errors.ts";
import type { EngineStart } from "../contract/shell.ts";
import { EngineHost, type EngineSource } from "./engine-host.ts";

class FakeEngine {
	closed = 0;
	async close(): Promise<void> {
		this.closed++;
	}
}

const locked = () => new HomerangeError("ENGINE_LOCKED", "Another engine uses the folder.");

function makeHost(source: Partial<EngineSource<FakeEngine>>) {
	const told: EngineStart[] = [];
	const host = new EngineHost<FakeEngine>(
		{ start: async () => new FakeEngine(), requestHandOver: async () => [], ...source },
		(state) => told.push(state),
		1,
	);
	return { host, told, states: () => told.map((each) => each.state) };
}

test("starts one engine however often it is asked", async () => {
	let starts = 0;
	const { host, states } = makeHost({
		start: async () => {
			starts++;
			return new FakeEngine();
		},
	});
	await Promise.all([host.start(), host.start()]);
	await host.start();
	expect(starts).toBe(1);
	expect(states()).toEqual(["starting", "ready"]);
});

test("waits for the tasks of a background engine and names them", async () => {
	const replies = [["Deploy shop-1", "Stop lab-2"], ["Stop lab-2"], []];
	let attempts = 0;
	const { host, told } = makeHost({
		start: async () => {
			if (++attempts <= 3) throw locked();
			return new FakeEngine();
		},
		requestHandOver: async () => replies.shift() ?? [],
	});
	await host.start();
	expect(told).toEqual([
		{ state: "starting" },
		{ state: "waiting", tasks: ["Deploy shop-1", "Stop lab-2"] },
		{ state: "waiting", tasks: ["Stop lab-2"] },
		{ state: "waiting", tasks: [] },
		{ state: "ready" },
	]);
});

test.each(["ENGINE_UNREACHABLE", "INTERRUPTED"] as const)(
	"goes on when asking the background engine ends in %s",
	async (code) => {
		let attempts = 0;
		const { host, states } = makeHost({
			start: async () => {
				if (++attempts === 1) throw locked();
				return new FakeEngine();
			},
			requestHandOver: async () => {
				throw new HomerangeError(code, "No answer.");
			},
		});
		await host.start();
		expect(states()).toEqual(["starting", "waiting", "ready"]);
	},
);

test("tells a failure with its remedy, and can be started again", async () => {
	let attempts = 0;
	const { host, told, states } = makeHost({
		start: async () => {
			if (++attempts === 1) throw new HomerangeError("DISK_FULL", "The disk is full.", { remedy: "Free some space." });
			return new FakeEngine();
		},
	});
	const waiting = host.ready();
	await host.start();
	expect(told[1]).toMatchObject({ state: "failed", error: { code: "DISK_FULL", remedy: "Free some space." } });
	await host.start();
	expect(states()).toEqual(["starting", "failed", "starting", "ready"]);
	expect(await waiting).toBeInstanceOf(FakeEngine);
});

test("tells when the other engine refuses to hand over", async () => {
	const { host, told } = makeHost({
		start: async () => {
			throw locked();
		},
		requestHandOver: async () => {
			throw new HomerangeError("STATE_CONFLICT", "The app runs already.");
		},
	});
	await host.start();
	expect(told.at(-1)).toMatchObject({ state: "failed", error: { code: "STATE_CONFLICT" } });
});

test("closing ends the engine, and ends a wait without a word", async () => {
	const engine = new FakeEngine();
	const running = makeHost({ start: async () => engine });
	await running.host.start();
	await running.host.close();
	expect(engine.closed).toBe(1);

	const waiting = makeHost({
		start: async () => {
			throw locked();
		},
	});
	const started = waiting.host.start();
	await waiting.host.close();
	await started;
	expect(waiting.states()).not.toContain("failed");
});
