import { z } from "zod";
import { HomerangeError } from "../../contract/errors.ts";
import { asking } from "./asking.ts";
import type { DockerEngine } from "./engine.ts";

const commitAnswer = z.object({ Id: z.string().regex(/^sha256:[0-9a-f]{64}$/) });

/**
 * Makes an image of a container's disk with its configuration. It is not paused here. It cannot be cancelled: an
 * engine goes on with it when its client has gone, and the image would come after somebody had looked for it.
 */
export async function commitContainer(
	engine: DockerEngine,
	container: string,
	o: { repo: string; tag: string; labels: Record<string, string> },
): Promise<string> {
	const { repo, tag, labels } = o;
	const answer = await new Promise((resolve, reject) => {
		const request = {
			path: "/commit?",
			method: "POST",
			options: { _query: { container, repo, tag, pause: false }, _body: { Labels: labels } },
			statusCodes: { 201: true },
		} as const;
		asking(engine.api).modem.dial(request, (error, result) => (error ? reject(error) : resolve(result)));
	});
	const parsed = commitAnswer.safeParse(answer);
	if (parsed.success) return parsed.data.Id;
	throw new HomerangeError("ENGINE_REFUSED", `The Docker Engine (${engine.label}) did not say what it saved.`, {
		place: engine.label,
	});
}
