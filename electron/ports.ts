import { RPCHandler } from "@orpc/server/message-port";
import { type PortRequest, portRequest } from "../contract/shell.ts";
import type { Engine } from "../main/engine.ts";
import { joinCapture } from "./capture-port.ts";
import { joinChannel, refuseChannel } from "./channel-port.ts";
import { chooseCaptureFile } from "./dialogs.ts";
import type { EngineHost } from "./engine-host.ts";
import { listenForPort } from "./ipc.ts";
import { guardCalls } from "./rpc-port.ts";

/**
 * Joins the page's ports to the engine: one for calls, one for each console and capture. A port
 * that comes before the engine is up waits for it; what was posted into it waits too.
 * A reload of the page closes all of them, and the engine's tasks go on.
 */
export function setupPorts(host: EngineHost<Engine>): void {
	const handlers = new WeakMap<Engine, RPCHandler<{ actor: "app" }>>();
	const handlerOf = (engine: Engine): RPCHandler<{ actor: "app" }> => {
		const handler = handlers.get(engine) ?? new RPCHandler(engine.router);
		handlers.set(engine, handler);
		return handler;
	};

	const join = async (
		request: PortRequest,
		port: Electron.MessagePortMain,
		page: Electron.WebContents,
	): Promise<void> => {
		if (request.kind === "capture") {
			const { range, network } = request.capture;
			await joinCapture(port, {
				chooseFile: () => chooseCaptureFile(page, range, network),
				open: async () => (await host.ready()).consoles.open({ kind: "capture", ...request.capture }),
			});
			return;
		}
		if (request.kind === "channel") {
			const channel = host.ready().then((engine) => engine.consoles.open(request.channel));
			await joinChannel(port, channel);
			return;
		}
		handlerOf(await host.ready()).upgrade(guardCalls(port), { context: { actor: "app" } });
		port.start();
	};

	listenForPort(
		"homerange:port",
		portRequest,
		(request, port, page) => {
			join(request, port, page).catch((error: unknown) => {
				console.error("A port could not be joined to the engine.", error);
				port.close();
			});
		},
		refuseChannel,
	);
}
