import { HomerangeError } from "../../contract/errors.ts";
import { dataFolder, prepareDataFolder, socketPath } from "../paths.ts";
import { connectEngine, type EngineClient } from "../rpc/client.ts";

/** The engine of the data folder, if one runs. */
export async function connectRunning(): Promise<EngineClient | null> {
	return connectEngine(socketPath(dataFolder()));
}

/** The engine of the data folder: the app's or a background one; started when none runs. */
export async function connectOrStart(): Promise<EngineClient> {
	const folder = dataFolder();
	const running = await connectRunning();
	if (running !== null) return running;
	prepareDataFolder(folder);
	const { startBackgroundEngine } = await import("./background-engine.ts");
	await startBackgroundEngine(folder);
	const started = await connectRunning();
	if (started !== null) return started;
	throw new HomerangeError("INTERNAL", "The engine ended right after it was started.", {
		place: folder,
		remedy: "Read background.log and engine.log in the data folder's logs.",
	});
}

/** Runs the work with a connection that is closed afterwards, whatever happens. */
export async function withEngine<T>(work: (client: EngineClient) => Promise<T>): Promise<T> {
	const client = await connectOrStart();
	try {
		return await work(client);
	} finally {
		await client.close();
	}
}
