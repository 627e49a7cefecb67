import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { done, runGraph, type StepResult } from "./graph.ts";

const quiet = {
	begun: () => undefined,
	ended: () => undefined,
	failed: () => undefined,
	heldBack: () => undefined,
};
const never = new AbortController().signal;
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

/** Graphs without cycles: a step comes only after steps with a smaller number. */
const graphs = fc
	.array(fc.record({ after: fc.array(fc.nat(30), { maxLength: 4 }), turns: fc.nat(3), waits: fc.boolean() }), {
		maxLength: 30,
	})
	.map((nodes) =>
		nodes.map((node, at) => ({
			id: `s${at}`,
			title: `step ${at}`,
			after: [...new Set(node.after.filter((n) => n < at).map((n) => `s${n}`))],
			waits: node.waits,
			turns: node.turns,
		})),
	);

describe("runGraph", () => {
	test("runs each step once, after those it names, within the bound", async () => {
		await fc.assert(
			fc.asyncProperty(graphs, fc.integer({ min: 1, max: 5 }), async (steps, concurrency) => {
				const ended = new Set<string>();
				const begun: string[] = [];
				let working = 0;
				await runGraph(
					steps,
					async (step) => {
						for (const id of step.after) expect(ended).toContain(id);
						begun.push(step.id);
						if (!step.waits) working += 1;
						expect(working).toBeLessThanOrEqual(concurrency);
						for (let n = 0; n < step.turns; n++) await turn();
						if (!step.waits) working -= 1;
						ended.add(step.id);
						return done;
					},
					{ concurrency, signal: never, observer: quiet },
				);
				expect(begun.toSorted()).toEqual(steps.map((step) => step.id).toSorted());
			}),
			{ numRuns: 60 },
		);
	});

	test("an observer that cannot write a failure down changes nothing of it", async () => {
		const steps = [{ id: "a", title: "a", after: [] }];
		const observer = {
			...quiet,
			failed() {
				throw new Error("no room");
			},
		};
		const run = async () => {
			throw new Error("the cause");
		};
		await expect(runGraph(steps, run, { concurrency: 1, signal: never, observer })).rejects.toThrow("the cause");
	});

	test("an error or a cancel at any step leaves no step running and begins no other", async () => {
		await fc.assert(
			fc.asyncProperty(graphs, fc.nat(29), fc.boolean(), async (steps, at, byCancel) => {
				fc.pre(at < steps.length);
				const cancel = new AbortController();
				let running = 0;
				let over = false;
				const outcome = runGraph(
					steps,
					async (step, signal) => {
						expect(over).toBe(false);
						running += 1;
						try {
							for (let n = 0; n < step.turns; n++) {
								await turn();
								signal.throwIfAborted();
							}
							if (step.id === `s${at}`) {
								over = true;
								if (byCancel) cancel.abort(new Error("enough"));
								else throw new Error("enough");
							}
							return done;
						} finally {
							running -= 1;
						}
					},
					{ concurrency: 3, signal: cancel.signal, observer: quiet },
				);
				await expect(outcome).rejects.toThrow("enough");
				expect(running).toBe(0);
			}),
			{ numRuns: 60 },
		);
	});

	test("a fault holds back everything behind it and nothing else", async () => {
		await fc.assert(
			fc.asyncProperty(graphs, fc.nat(29), async (steps, at) => {
				fc.pre(at < steps.length);
				const run = new Set<string>();
				const held = new Set<string>();
				await runGraph(
					steps,
					async (step): Promise<StepResult> => {
						run.add(step.id);
						return step.id === `s${at}` ? { outcome: "fault", reason: "broken" } : done;
					},
					{
						concurrency: 3,
						signal: never,
						observer: { ...quiet, heldBack: (step: { id: string }) => held.add(step.id) },
					},
				);
				const behind = new Set([`s${at}`]);
				for (const step of steps) if (step.after.some((id) => behind.has(id))) behind.add(step.id);
				behind.delete(`s${at}`);
				expect(held).toEqual(behind);
				expect(run.size + held.size).toBe(steps.length);
			}),
			{ numRuns: 60 },
		);
	});

	test("reports the first error, not the aborts that it leads to", async () => {
		const steps = [
			{ id: "a", title: "a", after: [] },
			{ id: "b", title: "b", after: [] },
		];
		const outcome = runGraph(
			steps,
			async (step, signal) => {
				if (step.id === "a") throw new Error("the disk is full");
				await new Promise((_, reject) => signal.addEventListener("abort", () => reject(new Error("aborted"))));
				return done;
			},
			{ concurrency: 2, signal: never, observer: quiet },
		);
		await expect(outcome).rejects.toThrow("the disk is full");
	});

	test("refuses cycles, unknown predecessors and double ids before it runs anything", async () => {
		const run = () => Promise.reject(new Error("must not run"));
		const options = { concurrency: 1, signal: never, observer: quiet };
		const step = (id: string, ...after: string[]) => ({ id, title: id, after });
		await expect(runGraph([step("a", "b"), step("b", "a")], run, options)).rejects.toThrow("comes after itself");
		await expect(runGraph([step("a", "x")], run, options)).rejects.toThrow("not in the graph");
		await expect(runGraph([step("a"), step("a")], run, options)).rejects.toThrow("same id");
	});

	test("takes the step with the longest chain behind it first", async () => {
		const begun: string[] = [];
		await runGraph(
			[
				{ id: "short", title: "", after: [] },
				{ id: "long", title: "", after: [] },
				{ id: "end", title: "", after: ["long"] },
			],
			async (step) => {
				begun.push(step.id);
				return done;
			},
			{ concurrency: 1, signal: never, observer: quiet },
		);
		expect(begun[0]).toBe("long");
	});
});
