import { mkdtempSync, rmSync } from "node:fs";
import { connect, createServer, type Server, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Framer, type Packet } from "../wire/framer.ts";

export interface Recorded extends Packet {
	from: "client" | "daemon";
}

/** Stands between a client and a daemon and keeps a copy of every packet. */
export class RecordingProxy {
	readonly socketPath: string;
	readonly packets: Recorded[] = [];
	readonly #folder = mkdtempSync(join(tmpdir(), "libvirt-proxy-"));
	readonly #server: Server;
	readonly #sockets = new Set<Socket>();

	private constructor(daemonSocket: string) {
		this.socketPath = join(this.#folder, "libvirt-sock");
		this.#server = createServer((client) => {
			const daemon = connect(daemonSocket);
			this.#relay(client, daemon, "client");
			this.#relay(daemon, client, "daemon");
		});
	}

	static async start(daemonSocket: string): Promise<RecordingProxy> {
		const proxy = new RecordingProxy(daemonSocket);
		await new Promise<void>((resolve) => proxy.#server.listen(proxy.socketPath, resolve));
		return proxy;
	}

	async stop(): Promise<void> {
		for (const socket of this.#sockets) socket.destroy();
		await new Promise((resolve) => this.#server.close(resolve));
		rmSync(this.#folder, { recursive: true, force: true });
	}

	#relay(source: Socket, target: Socket, from: Recorded["from"]): void {
		const framer = new Framer();
		this.#sockets.add(source);
		source.on("data", (bytes) => {
			for (const packet of framer.push(Buffer.from(bytes))) this.packets.push({ ...packet, from });
			target.write(bytes);
		});
		source.on("error", () => target.destroy());
		source.on("close", () => {
			this.#sockets.delete(source);
			target.destroy();
		});
	}
}
