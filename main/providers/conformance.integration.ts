import { afterAll, beforeAll, describe, expect, test } from "vitest";
import type { OperationParts } from "../ranges/parts.ts";
import type { MachineRecord } from "../ranges/record.ts";
import { openTestRanges, type TestRanges } from "../ranges/testing/open-ranges.ts";
import { addGuestDisk } from "./libvirt/testing/test-disk.ts";
import { MachineFault } from "./machine-fault.ts";
import type { MachineEvent, MachineProvider, MachineWatch } from "./machine-provider.ts";

/**
 * What every provider of machines does, whatever a machine is to it. Each case runs for each of them, on a real range,
 * with a machine of its own.
 */
const providers = [
	{ provider: "docker", machine: "box", speaks: "box is up" },
	{ provider: "libvirt", machine: "vm", speaks: "guest ready" },
] as const;

const blueprint = `
blueprint: 1
name: conform
networks: { lan: { subnet: 10.0.1.0/24 } }
machines:
  box:
    image: "homerange/busybox:1"
    nics: [{ network: lan, ip: 10.0.1.10, mac: "02:42:0a:00:01:aa" }]
    command: [sh, -c, "echo box is up; trap exit TERM; while true; do nc -l -p 80 -e echo hello & wait $!; done"]
    ready: { tcp: 80, timeout: 120s }
  vm:
    image: guest
    provider: libvirt
    memory: 256MiB
    cpus: 1
    nics: [{ network: lan, ip: 10.0.1.50, mac: "02:42:0a:00:01:bb" }]
    ready: { tcp: 80, timeout: 120s }
`;

const limitMs = 180_000;
let t: TestRanges;
beforeAll(async () => {
	t = await openTestRanges();
	await addGuestDisk(t.disks);
	const [deployed] = await t.deploy(blueprint);
	if (deployed?.task.error) throw new Error(JSON.stringify(deployed.task.error));
}, limitMs * 2);
afterAll(async () => {
	await t?.[Symbol.asyncDispose]();
});

interface Subject {
	readonly provider: MachineProvider;
	readonly spec: MachineRecord["spec"];
	readonly signal: AbortSignal;
}

/** Runs the body with the range's own provider, while no other operation acts on the range. */
async function withMachine(machine: string, body: (subject: Subject) => Promise<void>): Promise<void> {
	const operation = { kind: "update", actor: "test", machine, title: () => `Test ${machine}` } as const;
	let failure: unknown = null;
	await t.ended(
		t.ranges.operate("conform-1", operation, async (parts: OperationParts, request) => {
			const connection = await parts.truth.connect(request.range, request.task.signal);
			const record = request.range.machines.find(({ spec }) => spec.name === machine);
			if (record === undefined) throw new Error(`the range has no machine ${machine}`);
			try {
				await body({ provider: connection.provider, spec: record.spec, signal: request.task.signal });
			} catch (error) {
				failure = error;
			}
		}),
	);
	if (failure !== null) throw failure;
}

/** Resolves at the first event of that kind about the machine. */
function hearing(
	provider: MachineProvider,
	engineId: string,
	kind: MachineEvent["kind"],
): Promise<void> & MachineWatch {
	const { promise, resolve, reject } = Promise.withResolvers<void>();
	const watch = provider.watch({
		onEvent: (event) => event.engineId === engineId && event.kind === kind && resolve(),
		onEnd: (error) => reject(error ?? new Error("the stream of events ended")),
	});
	return Object.assign(promise, { close: () => watch.close() });
}

describe.each(providers)("machines of $provider", ({ provider: name, machine, speaks }) => {
	const idOf = () => {
		const { engineId } = t.ranges.get("conform-1").machines.find((one) => one.name === machine) ?? {};
		if (!engineId) throw new Error(`${machine} was not made`);
		return engineId;
	};

	test("are what the blueprint says, and are listed", async () => {
		await withMachine(machine, async ({ provider, spec, signal }) => {
			const seen = await provider.inspect(idOf(), signal);
			expect(seen).toMatchObject({ name: machine, engineId: idOf(), status: "running", exitCode: null });
			expect(seen?.nics).toMatchObject(spec.nics.map(({ network, ip, mac }) => ({ network, ip, mac })));
			expect((await provider.list(signal)).filter((one) => one.engineId === idOf())).toMatchObject([{ name: machine }]);
			expect(spec.provider).toBe(name);
		});
	});

	test("are made once, however often that is asked, and start once", async () => {
		await withMachine(machine, async ({ provider, spec, signal }) => {
			expect(await provider.create(spec, signal)).toBe(idOf());
			await provider.start(spec, idOf(), signal);
			expect(await provider.inspect(idOf(), signal)).toMatchObject({ status: "running" });
		});
	});

	test("say what they said, in bounded lines", async () => {
		await withMachine(machine, async ({ provider, signal }) => {
			const said = await provider.tail(idOf(), 20, signal);
			expect(said.some((line) => line.includes(speaks))).toBe(true);
			expect(said.length).toBeLessThanOrEqual(20);
			expect(await provider.tail(idOf(), 1, signal)).toHaveLength(1);
		});
	});

	test("freeze and wake where they can, twice as well as once, and tell of it", async () => {
		await withMachine(machine, async ({ provider, signal }) => {
			const { pause } = provider.capabilitiesOf?.(name) ?? provider.capabilities;
			if (!pause.supported) {
				await expect(provider.pause(idOf(), signal)).rejects.toMatchObject({
					code: "UNSUPPORTED",
					message: pause.reason,
				});
				return;
			}
			const paused = hearing(provider, idOf(), "paused");
			await provider.pause(idOf(), signal);
			await paused;
			await provider.pause(idOf(), signal);
			expect(await provider.inspect(idOf(), signal)).toMatchObject({ status: "paused" });
			const resumed = hearing(provider, idOf(), "resumed");
			await provider.resume(idOf(), signal);
			await resumed;
			await provider.resume(idOf(), signal);
			expect(await provider.inspect(idOf(), signal)).toMatchObject({ status: "running" });
			paused.close();
			resumed.close();
		});
	});

	test(
		"stop when asked and by force, tell of it, and keep what they are",
		async () => {
			await withMachine(machine, async ({ provider, signal }) => {
				const exited = hearing(provider, idOf(), "exited");
				await provider.stop(idOf(), 30, signal);
				await exited;
				exited.close();
				await provider.stop(idOf(), 0, signal);
				expect(await provider.inspect(idOf(), signal)).toMatchObject({ status: "exited" });
			});
		},
		limitMs,
	);

	test(
		"start again with the same network cards and get ready",
		async () => {
			await withMachine(machine, async ({ provider, spec, signal }) => {
				const started = hearing(provider, idOf(), "started");
				await provider.start(spec, idOf(), signal);
				await started;
				started.close();
				await provider.becomeReady(spec, idOf(), signal);
				const seen = await provider.inspect(idOf(), signal);
				expect(seen?.nics).toMatchObject(spec.nics.map(({ network, ip, mac }) => ({ network, ip, mac })));
			});
		},
		limitMs,
	);

	test("say which probe did not succeed", async () => {
		await withMachine(machine, async ({ provider, spec, signal }) => {
			const never = { ...spec, ready: { kind: "tcp", port: 9, timeoutMs: 1000 } as const };
			const error: unknown = await provider.becomeReady(never, idOf(), signal).catch((thrown: unknown) => thrown);
			expect(error).toBeInstanceOf(MachineFault);
			expect(String(error)).toMatch(/did not get ready: the probe tcp 9 got no good answer in 1 s/);
		});
	});

	test(
		"end their wait for readiness when they end",
		async () => {
			await withMachine(machine, async ({ provider, spec, signal }) => {
				const waiting = provider.becomeReady(
					{ ...spec, ready: { kind: "tcp", port: 9, timeoutMs: 100_000 } },
					idOf(),
					signal,
				);
				const ended = expect(waiting).rejects.toBeInstanceOf(MachineFault);
				await provider.stop(idOf(), 0, signal);
				await ended;
			});
		},
		limitMs,
	);

	test(
		"are gone when they are removed, as often as that is asked",
		async () => {
			await withMachine(machine, async ({ provider, signal }) => {
				const id = idOf();
				await provider.remove(id, signal);
				await provider.remove(id, signal);
				expect(await provider.inspect(id, signal)).toBeNull();
				expect((await provider.list(signal)).some(({ engineId }) => engineId === id)).toBe(false);
				expect(await provider.tail(id, 5, signal).catch(() => [])).toEqual([]);
			});
		},
		limitMs,
	);

	test(
		"are made again under their name",
		async () => {
			await withMachine(machine, async ({ provider, spec, signal }) => {
				const id = await provider.create(spec, signal);
				expect(await provider.inspect(id, signal)).toMatchObject({ name: machine, status: "created" });
				await provider.remove(id, signal);
			});
		},
		limitMs,
	);
});
