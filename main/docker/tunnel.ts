import type { DockerEngine } from "./engine.ts";
import { openExec } from "./exec.ts";
import { TunnelSocket } from "./tunnel-socket.ts";

/** Where the inner engine listens: Docker's own place, then the ones of the official rootless image. */
const findSocket = `
for s in /var/run/docker.sock "\${XDG_RUNTIME_DIR:-/nonexistent}/docker.sock" /run/user/1000/docker.sock; do
  [ -S "$s" ] && exec docker -H "unix://$s" system dial-stdio
done
echo "the inner engine's socket does not exist" >&2
exit 1`;

/** One connection to the inner engine's API socket. */
export async function openTunnel(host: DockerEngine, container: string): Promise<TunnelSocket> {
	const exec = await openExec(host, container, { command: ["sh", "-c", findSocket], killable: true });
	return new TunnelSocket(exec);
}
