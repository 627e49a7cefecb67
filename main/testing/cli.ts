import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { socketPath } from "../paths.ts";
import { connectEngine } from "../rpc/client.ts";
import { dindImage } from "./engine.ts";

export interface CliResult {
	/** Null when a signal ended it. */
	status: number | null;
	stdout: string;
	stderr: string;
}

const entry = join(import.meta.dirname, "..", "cli", "index.ts");

/** The command line on a data folder of its own, as other processes run it. */
export class TestCli {
	readonly folder = mkdtempSync(join(tmpdir(), "homerange-cli-"));
	readonly env: NodeJS.ProcessEnv = {
		...process.env,
		HOMERANGE_DATA: this.folder,
		HOMERANGE_IDLE_SECONDS: "600",
		NO_COLOR: "1",
	};

	start(args: string[], env: NodeJS.ProcessEnv = {}): ChildProcess {
		return spawn(process.execPath, [entry, ...args], { env: { ...this.env, ...env }, stdio: "pipe" });
	}

	async run(args: string[], input: string | Uint8Array = ""): Promise<CliResult> {
		const child = this.start(args);
		child.stdin?.on("error", () => undefined).end(input);
		return collect(child);
	}

	/** The JSON that a command prints; fails with its stderr when it prints none. */
	async json(...args: string[]): Promise<unknown> {
		const { stdout, stderr } = await this.run([...args, "--format", "json"]);
		if (stdout === "") throw new Error(stderr);
		return JSON.parse(stdout);
	}

	/** Starts the engine and lets it use the test's DinD image. */
	async prepare(): Promise<void> {
		await this.run(["list"]);
		const client = await connectEngine(socketPath(this.folder));
		if (client === null) throw new Error("the engine did not start");
		await client.api.settings.set({ dindImage });
		await client.close();
	}

	async remove(): Promise<void> {
		await this.run(["layers", "free", "--all"]);
		await this.run(["engine", "stop"]);
		rmSync(this.folder, { recursive: true });
	}
}

export async function collect(child: ChildProcess): Promise<CliResult> {
	const { stdout, stderr } = child;
	if (stdout === null || stderr === null) throw new Error("the child has no pipes");
	const [out, err] = await Promise.all([text(stdout), text(stderr), once(child, "close")]);
	return { status: child.exitCode, stdout: out, stderr: err };
}
