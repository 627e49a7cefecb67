import { statfs } from "node:fs/promises";
import { expect, test } from "vitest";
import { localDataFolder } from "../docker/data-folder.ts";
import { DiskGuard } from "../guard/disk-guard.ts";
import { type AttackBed, machines, type Sibling } from "./testing/attack-bed.ts";

const MiB = 1024 ** 2;
/** The product's own limit of a range, and the one that these tests put in its place to spare the machine they run on. */
const productPids = 8192;
const testPids = 600;
/** A machine that is busy with other tests answers late; one that is starved does not answer. */
const answerLimitMs = 20_000;

/** One range takes all that it gets, while another one is used. */
export function floodAttacks(bed: () => AttackBed): void {
	/** The other range does what it did before: its machines answer, over its network too, and it says that it runs. */
	const isUnharmed = async () => {
		const { b } = bed();
		const start = performance.now();
		const script = `cat /etc/hostname; socat -u -T9 TCP:${machines.shop.ip}:80,connect-timeout=5 -`;
		const said = await bed().inMachine(b, "alpha", "sh", "-c", script);
		expect(said).toBe(`alpha\n${machines.alpha.ip}`);
		expect(performance.now() - start).toBeLessThan(answerLimitMs);
		expect(bed().test.ranges.get(b.name)).toMatchObject({ state: "running", reason: null });
	};

	test("a fork bomb ends at its own range's limit", async () => {
		const { a } = bed();
		const container = bed().host.api.getContainer(a.container);
		expect((await container.inspect()).HostConfig.PidsLimit).toBe(productPids);
		await container.update({ PidsLimit: testPids });
		try {
			// Bounded in itself: it ends after 2000 tries, and its children with it.
			const bomb = `$| = 1; my $n = 0;
				for (1 .. 2000) { my $p = fork(); last unless defined $p; if ($p == 0) { sleep 60; exit } $n++ }
				print "$n\\n"; sleep 3; kill "KILL", -getpgrp()`;
			const running = bed().inMachine(a, "beta", "perl", "-e", bomb);
			await isUnharmed();
			const made = Number.parseInt(await running, 10);
			expect(made).toBeGreaterThan(testPids / 3);
			expect(made).toBeLessThan(testPids);
		} finally {
			await container.update({ PidsLimit: productPids });
		}
		expect(await bed().inMachine(a, "beta", "cat", "/etc/hostname")).toBe("beta");
		expect(bed().test.ranges.get(a.name)).toMatchObject({ state: "running", reason: null });
	});

	test("a flood of log lines is kept short on the disk and stops nobody", async () => {
		const { a } = bed();
		const flood = bed().inMachine(
			a,
			"beta",
			"sh",
			"-c",
			"yes 'the same line over and over' | timeout 6 cat >/proc/1/fd/1",
		);
		await isUnharmed();
		await flood;
		const size = "du -sck /var/lib/docker/containers/*/*-json.log* | tail -n 1 | cut -f1";
		const kibibytes = Number(await bed().inContainer(a, "sh", "-c", size));
		// Two files of 5 MB for each of the four machines; more than a few lines, or there was no flood.
		expect(kibibytes).toBeGreaterThan(4_000);
		expect(kibibytes).toBeLessThan(45_000);
		expect(bed().test.ranges.get(a.name)).toMatchObject({ state: "running", reason: null });
	});

	test("a machine that fills the disk is paused with its range, and the other one is not", async () => {
		const { a } = bed();
		const guard = await openGuard(bed());
		const gone = new AbortController();
		const changes = bed().test.deps.changes.subscribe(AbortSignal.any([gone.signal, AbortSignal.timeout(60_000)]));
		// It is frozen in the middle of it: its end is not waited for.
		bed()
			.inMachine(a, "beta", "sh", "-c", "dd if=/dev/zero of=/big bs=1M count=3000")
			.catch(() => undefined);
		for await (const change of changes) {
			if (change.kind === "range" && change.range.id === a.id && change.range.state === "paused" && change.range.reason)
				break;
		}
		gone.abort();
		expect(bed().test.ranges.get(a.name)).toMatchObject({
			state: "paused",
			reason: expect.stringContaining("nearly full"),
		});
		await isUnharmed();
		// What writes goes on when it is woken, and the guard would pause it again.
		guard[Symbol.dispose]();
		await bed().test.ended(bed().test.ranges.resume(a.name, undefined, "test"));
		await bed().inMachine(a, "beta", "sh", "-c", "kill $(pidof dd); rm -f /big");
		expect(bed().test.ranges.get(a.name)).toMatchObject({ state: "running", reason: null });
	});
}

/** A guard whose reserve is just below what is free now: a few hundred megabytes touch it, and no disk gets full. */
async function openGuard(bed: AttackBed): Promise<Disposable> {
	const { host, events, changes, log } = bed.test.deps;
	const folder = await localDataFolder(host.current(), new AbortController().signal);
	const { bavail, bsize } = await statfs(folder ?? "/");
	const siblings: Sibling[] = [bed.a, bed.b];
	const { promise, resolve } = Promise.withResolvers<void>();
	const guard = new DiskGuard({
		...{ host, events, changes, log, ranges: bed.test.ranges },
		reserve: () => bavail * bsize - 150 * MiB,
		noticeableBytes: 32 * MiB,
		onCount: (ids) => siblings.every(({ id }) => ids.includes(id)) && resolve(),
	});
	await promise;
	return { [Symbol.dispose]: () => guard.close() };
}
