/** One node of a graph of work. */
export interface GraphStep {
	readonly id: string;
	readonly title: string;
	/** Ids of the steps that must have ended well before this one begins. */
	readonly after: readonly string[];
	/** True for a step that mostly waits for someone else: it takes no place among the concurrent ones. */
	readonly waits?: boolean;
}

/**
 * How a step ended without an infrastructure error. A `fault` is a machine's own
 * failure: what comes after it is held back, everything else goes on.
 */
export type StepResult =
	| { readonly outcome: "done"; readonly note?: string }
	| { readonly outcome: "skipped"; readonly note: string }
	| { readonly outcome: "fault"; readonly reason: string };

export const done: StepResult = { outcome: "done" };

/** Told synchronously, so that a journal is written before the work begins. */
export interface GraphObserver<S extends GraphStep> {
	begun(step: S): void;
	ended(step: S, result: StepResult): void;
	/** The step threw: an infrastructure error or a cancel. */
	failed(step: S, error: unknown): void;
	/** The step is not run, because `cause` (a step with a fault) comes before it. */
	heldBack(step: S, cause: S): void;
}

export interface GraphOptions<S extends GraphStep> {
	readonly concurrency: number;
	readonly signal: AbortSignal;
	readonly observer: GraphObserver<S>;
}

/**
 * Runs each step at most once, after all steps it names, never more than
 * `concurrency` working steps at a time. The first error aborts the signal of
 * the running steps; the promise rejects with that error once all of them ended.
 * Among steps that could begin, the one with the longest chain behind it does.
 */
export async function runGraph<S extends GraphStep>(
	steps: readonly S[],
	run: (step: S, signal: AbortSignal) => Promise<StepResult>,
	options: GraphOptions<S>,
): Promise<void> {
	const order = orderByUrgency(steps);
	const waiting = new Set(order);
	const ended = new Set<string>();
	const withheld = new Map<string, S>();
	const stop = new AbortController();
	const running = new Set<Promise<void>>();
	const { observer } = options;
	let working = 0;
	let failure: { error: unknown } | null = null;

	const fail = (error: unknown) => {
		failure ??= { error };
		stop.abort(error);
	};
	const onCancel = () => fail(options.signal.reason);
	if (options.signal.aborted) throw options.signal.reason;
	options.signal.addEventListener("abort", onCancel, { once: true });

	const launch = (step: S) => {
		waiting.delete(step);
		const takesPlace = step.waits !== true;
		if (takesPlace) working += 1;
		const work = (async () => {
			try {
				observer.begun(step);
				const result = await run(step, stop.signal);
				observer.ended(step, result);
				if (result.outcome === "fault") withheld.set(step.id, step);
				else ended.add(step.id);
			} catch (error) {
				// The cause of the abort is the error to report, not the aborts it led to.
				fail(error);
				try {
					observer.failed(step, error);
				} catch {
					// Who could not write down how the step ended (a full disk) is told of the end itself, by the promise.
				}
			} finally {
				if (takesPlace) working -= 1;
			}
		})();
		running.add(work);
		void work.finally(() => running.delete(work));
	};

	try {
		while (true) {
			if (failure === null) {
				holdBack(waiting, withheld, observer);
				for (const step of [...waiting]) {
					if (step.waits !== true && working >= options.concurrency) continue;
					if (step.after.every((id) => ended.has(id))) launch(step);
				}
			}
			if (running.size === 0) break;
			await Promise.race(running);
		}
	} finally {
		options.signal.removeEventListener("abort", onCancel);
	}
	// Read through a function: the compiler does not see that `fail` assigns it.
	const failed = ((): { error: unknown } | null => failure)();
	if (failed !== null) throw failed.error;
	if (waiting.size > 0) throw new Error(`steps that can never begin: ${[...waiting].map((s) => s.id).join(", ")}`);
}

/** Takes everything behind a fault out of the waiting steps; such a step holds back what follows it in turn. */
function holdBack<S extends GraphStep>(waiting: Set<S>, withheld: Map<string, S>, observer: GraphObserver<S>): void {
	for (let found = true; found; ) {
		found = false;
		for (const step of waiting) {
			const before = step.after.find((id) => withheld.has(id));
			const cause = before === undefined ? undefined : withheld.get(before);
			if (cause === undefined) continue;
			waiting.delete(step);
			withheld.set(step.id, cause);
			observer.heldBack(step, cause);
			found = true;
		}
	}
}

/** Checks the graph (unique ids, known predecessors, no cycle) and sorts by the length of the chain behind each step. */
function orderByUrgency<S extends GraphStep>(steps: readonly S[]): S[] {
	const byId = new Map(steps.map((step) => [step.id, step]));
	if (byId.size !== steps.length) throw new Error("two steps have the same id");
	const followers = new Map<string, S[]>();
	for (const step of steps) {
		for (const id of step.after) {
			if (!byId.has(id)) throw new Error(`step ${step.id} comes after ${id}, which is not in the graph`);
			const list = followers.get(id);
			if (list === undefined) followers.set(id, [step]);
			else list.push(step);
		}
	}
	const length = new Map<string, number>();
	const onPath = new Set<string>();
	const measure = (step: S): number => {
		const known = length.get(step.id);
		if (known !== undefined) return known;
		if (onPath.has(step.id)) throw new Error(`step ${step.id} comes after itself`);
		onPath.add(step.id);
		const value = 1 + Math.max(0, ...(followers.get(step.id) ?? []).map(measure));
		onPath.delete(step.id);
		length.set(step.id, value);
		return value;
	};
	for (const step of steps) measure(step);
	return [...steps].sort((a, b) => (length.get(b.id) ?? 0) - (length.get(a.id) ?? 0));
}
