/** Runs work that only Ctrl-C ends, which is then no error: the signal aborts, and what the abort throws is expected. */
export async function untilInterrupted(work: (signal: AbortSignal) => Promise<void>): Promise<void> {
	const abort = new AbortController();
	const heard = () => abort.abort();
	process.on("SIGINT", heard).on("SIGTERM", heard);
	try {
		await work(abort.signal);
	} catch (error) {
		if (!abort.signal.aborted) throw error;
	} finally {
		process.off("SIGINT", heard).off("SIGTERM", heard);
	}
	if (abort.signal.aborted) process.exitCode = 130;
}
