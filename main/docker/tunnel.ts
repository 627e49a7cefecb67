import { DockerApiError, unreachable } from "./api-errors.ts";
import type { DockerEngine } from "./engine.ts";
import { type ExecStream, openExec } from "./exec.ts";
import { TunnelSocket } from "./tunnel-socket.ts";

/** Where the inner engine listens: Docker's own place, then the ones of the official rootless image. */
const findSocket = `
for s in /var/run/docker.sock "\${XDG_RUNTIME_DIR:-/nonexistent}/docker.sock" /run/user/1000/docker.sock; do
  [ -S "$s" ] && exec docker -H "unix://$s" system dial-stdio
done
echo "the inner engine's socket does not exist" >&2
exit 1`;

/** One connection to the inner engine's API socket. Failures come as the socket's errors. */
export function openTunnel(host: DockerEngine, container: string, label: string): TunnelSocket {
	return new TunnelSocket(openCarrier(host, container, label));
}

async function openCarrier(host: DockerEngine, container: string, label: string): Promise<ExecStream> {
	try {
		const exec = await openExec(host, container, { command: ["sh", "-c", findSocket], killable: true });
		exec.stderr.resume();
		return exec;
	} catch (error) {
		// The host engine's refusal ("is not running") is, seen from here, an engine that cannot be reached.
		throw error instanceof DockerApiError ? unreachable(label, new Error(error.message)) : error;
	}
}
