import { execFile } from "node:child_process";
import { basename } from "node:path";

/** What engines and their tools read, and what a profile usually sets. Nothing else is taken over. */
const wanted =
	/^(PATH|DOCKER_[A-Z_]+|XDG_RUNTIME_DIR|SSH_AUTH_SOCK|(HTTP|HTTPS|NO|ALL)_PROXY|(http|https|no|all)_proxy)$/;

const limitMs = 5000;
const mark = "homerange-environment";

/**
 * The environment for the engine. An app started from a dock or a menu has not
 * run the person's shell profile, so it misses their PATH and DOCKER_HOST: their
 * login shell is asked, once, with a limit. Started from a terminal (TERM is set),
 * the environment is right already.
 */
export async function engineEnvironment(
	env: NodeJS.ProcessEnv,
	executable = process.execPath,
): Promise<NodeJS.ProcessEnv> {
	const shell = env.SHELL;
	if (env.TERM || !shell || !shell.startsWith("/")) return env;
	try {
		return { ...env, ...pickEnvironment(await askShell(shell, env, executable)) };
	} catch (error) {
		// Without the profile's variables the engine still looks in the well-known places, and the doctor tells.
		console.warn(`The login shell ${shell} did not give its environment: ${String(error)}`);
		return env;
	}
}

function askShell(shell: string, env: NodeJS.ProcessEnv, executable: string): Promise<string> {
	// Electron as plain Node prints the variables exactly, whatever shell it is; profiles may print before and after.
	const command = `'${executable.replaceAll("'", "'\\''")}' -p '"${mark}" + JSON.stringify(process.env) + "${mark}"'`;
	const flags = /^t?csh$/.test(basename(shell)) ? ["-ic"] : ["-i", "-l", "-c"];
	return new Promise((resolve, reject) => {
		const child = execFile(
			shell,
			[...flags, command],
			{
				env: { ...env, ELECTRON_RUN_AS_NODE: "1", ELECTRON_NO_ATTACH_CONSOLE: "1" },
				timeout: limitMs,
				killSignal: "SIGKILL",
				maxBuffer: 4 * 1024 * 1024,
			},
			(error, stdout) => {
				const text = stdout.split(mark)[1];
				if (text !== undefined) resolve(text);
				else reject(error ?? new Error("it printed something else"));
			},
		);
		// A profile that reads from its input must not wait for somebody.
		child.stdin?.end();
	});
}

/** The wanted variables out of the shell's answer (a JSON object of strings). */
export function pickEnvironment(text: string): Record<string, string> {
	const answer: unknown = JSON.parse(text);
	if (typeof answer !== "object" || answer === null) return {};
	const entries = Object.entries(answer);
	return Object.fromEntries(
		entries.filter((entry): entry is [string, string] => wanted.test(entry[0]) && typeof entry[1] === "string"),
	);
}
