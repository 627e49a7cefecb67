import type { z } from "zod";
import { HomerangeError } from "../../../contract/errors.ts";
import type { startVmRequest, stopVmRequest } from "../../../contract/vm-requests.ts";
import type { VmState } from "../../../contract/vms.ts";
import { CreateDomain, type Domain, type LibvirtConnection } from "../../libvirt/rpc/index.ts";
import type { SerialLines } from "../consoles/serial-lines.ts";
import { hasAgent } from "../read/addresses.ts";
import { isActive } from "../read/state.ts";
import { vmTitle } from "./find-vm.ts";
import type { OperationScene, Operations } from "./operations.ts";
import { askToShutDown, cutPower } from "./power.ts";
import { waitForStop } from "./wait-for-stop.ts";

/** What a guest gets to shut down by itself, unless the request says it. */
const graceSeconds = 60;

/** Starting and stopping. Each can be repeated: a VM that is as wanted is left alone. */
export class Lifecycle {
	readonly #operations: Operations;
	readonly #lines: SerialLines;

	constructor(operations: Operations, lines: SerialLines) {
		this.#operations = operations;
		this.#lines = lines;
	}

	start({ vm, paused }: z.output<typeof startVmRequest>, actor: string) {
		const request = { kind: "start", verb: "Start", event: "vm.started", happened: "was started" } as const;
		return this.#operations.begin(vm, actor, request, (scene) => this.startIn(scene, paused));
	}

	async startIn({ connection, found, task }: OperationScene, paused: boolean): Promise<void> {
		task.plan([{ id: "start", title: "Start the VM" }]);
		task.start("start");
		const { state } = found.vm;
		if (state === "running") return task.skip("start", "It runs already.");
		if (isActive(state)) throw notOff(vmTitle(found.domain), state);
		await this.#power(connection, found.domain, paused);
		task.done("start");
	}

	/** The guest's first byte comes after somebody listens to its serial line: it starts paused, and is let go then. */
	async #power(connection: LibvirtConnection, domain: Domain, paused: boolean): Promise<void> {
		const started = await connection.domains.create(domain, CreateDomain.paused);
		await this.#lines.listen(started).catch((error: unknown) => {
			// A console is not worth more than the VM: its log file has the output, too.
			this.#operations.deps.log.warn({ error, vm: vmTitle(domain) }, "the serial line of a VM is not listened to");
		});
		if (!paused) await connection.domains.resume(started);
	}

	stop({ vm, force, graceSeconds: grace }: z.output<typeof stopVmRequest>, actor: string) {
		if (force) return this.destroy(vm, actor);
		const request = { kind: "stop", verb: "Stop", event: "vm.stopped", happened: "was stopped" } as const;
		return this.#operations.begin(vm, actor, request, (scene) => this.stopIn(scene, grace ?? graceSeconds));
	}

	async stopIn({ connection, found, task }: OperationScene, grace: number): Promise<void> {
		const { domain, vm } = found;
		task.plan([
			{ id: "ask", title: "Ask the guest to shut down" },
			{ id: "cut", title: "Cut its power" },
		]);
		if (!isActive(vm.state)) {
			task.skip("ask", "It does not run.");
			return task.skip("cut", "It does not run.");
		}
		if (vm.state === "paused" || vm.state === "suspended") {
			throw new HomerangeError("STATE_CONFLICT", `The VM ${vmTitle(domain)} is ${vm.state}, so it hears no request.`, {
				remedy: "Resume it first, or stop it with force, which cuts its power.",
			});
		}
		task.start("ask");
		await askToShutDown(this.#operations.deps.host, domain, hasAgent(found.described));
		task.progress("ask", null, grace === 0 ? "It was asked to." : `It was asked to, and gets ${grace} s for it.`);
		if (await waitForStop(this.#operations.deps.host, domain, grace * 1000, task.signal)) {
			task.done("ask");
			return task.skip("cut", "It shut down by itself.");
		}
		task.fail("ask", `The guest ignored the request for ${grace} s.`);
		task.start("cut");
		await cutPower(connection, domain);
		task.done("cut", `The guest ignored the request for ${grace} s, so its power was cut.`);
	}

	destroy(vm: string, actor: string) {
		const words = { verb: "Cut the power of", event: "vm.destroyed", happened: "had its power cut" };
		const request = { kind: "stop", ...words, interrupts: true } as const;
		return this.#operations.begin(vm, actor, request, async ({ connection, found, task }) => {
			task.plan([{ id: "cut", title: "Cut its power" }]);
			task.start("cut");
			if (!isActive(found.vm.state)) return task.skip("cut", "It does not run.");
			await cutPower(connection, found.domain);
			task.done("cut");
		});
	}

	pause(vm: string, actor: string) {
		const request = { kind: "pause", verb: "Pause", event: "vm.paused", happened: "was paused" } as const;
		return this.#step(vm, actor, request, "paused", ["running"], (connection, domain) =>
			connection.domains.suspend(domain),
		);
	}

	resume(vm: string, actor: string) {
		const request = { kind: "resume", verb: "Resume", event: "vm.resumed", happened: "was resumed" } as const;
		return this.#step(vm, actor, request, "running", ["paused"], (connection, domain) =>
			connection.domains.resume(domain),
		);
	}

	reboot(vm: string, actor: string) {
		const request = { kind: "reboot", verb: "Reboot", event: "vm.rebooted", happened: "was asked to restart" } as const;
		return this.#step(vm, actor, request, null, ["running"], (connection, domain) => connection.domains.reboot(domain));
	}

	reset(vm: string, actor: string) {
		const request = { kind: "reset", verb: "Reset", event: "vm.reset", happened: "was reset" } as const;
		return this.#step(vm, actor, request, null, ["running", "paused", "stopping"], (connection, domain) =>
			connection.domains.reset(domain),
		);
	}

	#step(
		ref: string,
		actor: string,
		request: Parameters<Operations["begin"]>[2],
		wanted: VmState | null,
		from: readonly VmState[],
		work: (connection: LibvirtConnection, domain: Domain) => Promise<void>,
	) {
		return this.#operations.begin(ref, actor, request, async ({ connection, found, task }) => {
			const { state } = found.vm;
			task.plan([{ id: request.kind, title: `${request.verb} the VM` }]);
			task.start(request.kind);
			if (state === wanted) return task.skip(request.kind, `It is ${state} already.`);
			if (!from.includes(state)) throw wrongState(vmTitle(found.domain), state, request.verb);
			await work(connection, found.domain);
			task.done(request.kind);
		});
	}
}

function notOff(title: string, state: VmState): HomerangeError {
	return new HomerangeError("STATE_CONFLICT", `The VM ${title} is ${state}, and not off.`, {
		remedy: state === "paused" ? "Resume it." : "Wait until it is off, or stop it with force.",
	});
}

function wrongState(title: string, state: VmState, verb: string): HomerangeError {
	return new HomerangeError("STATE_CONFLICT", `The VM ${title} is ${state}: ${verb.toLowerCase()} is not possible.`, {
		remedy:
			state === "stopped"
				? "Start it first."
				: state === "paused"
					? "Resume it first."
					: "Wait, or stop it with force.",
	});
}
