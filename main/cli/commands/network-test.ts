import { describeProbe } from "../../../contract/describe-probe.ts";
import { HomerangeError } from "../../../contract/errors.ts";
import type { NetworkProbe, NetworkTestResult } from "../../../contract/network-test.ts";
import { withEngine } from "../connect.ts";
import { untilInterrupted } from "../interrupt.ts";
import { type Format, print, printJson, say } from "../terminal/print.ts";
import { plain, styled } from "../terminal/text.ts";

/** Probes every pair of machines and compares with the blueprint. Fails when anything is not as wanted. */
export async function networkTest(range: string, format: Format): Promise<void> {
	await withEngine((client) =>
		untilInterrupted(async (signal) => {
			let result: NetworkTestResult | null = null;
			for await (const news of await client.api.ranges.testNetwork({ range }, { signal })) {
				if (news.kind === "result") result = news.result;
				else showProgress(`${news.done} of ${news.total}  ${plain(news.message)}`);
			}
			showProgress("");
			if (signal.aborted) return;
			if (result === null) throw new HomerangeError("INTERRUPTED", "The engine ended before the test did.");
			if (format === "json") await printJson(result);
			else for (const probe of result.probes) await print(line(probe));
			const { asWanted, notAsWanted, unknown } = result;
			say(`${asWanted} as wanted, ${notAsWanted} not as wanted, ${unknown} unknown.`);
			process.exitCode = notAsWanted + unknown === 0 ? 0 : 1;
		}),
	);
}

function line(probe: NetworkProbe): string {
	const text = plain(describeProbe(probe));
	if (probe.seen === "unknown") return `${styled("yellow", "?")} ${text}`;
	return probe.seen === probe.wanted ? `${styled("green", "✓")} ${text}` : `${styled("red", "✗")} ${text}`;
}

/** One line that replaces itself, where there is a terminal for it. */
function showProgress(text: string): void {
	const { stderr } = process;
	if (!stderr.isTTY || process.env.HOMERANGE_QUIET === "1") return;
	stderr.write(`\r\u001b[K${text.slice(0, Math.max(0, (stderr.columns || 80) - 1))}`);
}
