// Makes the disk of the test guest, and with --boot starts it once in a plain QEMU to see how long it takes.
// usage: node scripts/guest.mjs [--boot]
import { parseArgs } from "node:util";
import { guestDisk, guestPackages, makeGuest } from "./lib/guest.mjs";
import { bootGuest } from "./lib/guest-boot.mjs";
import { installPackages, missingPackages } from "./lib/packages.mjs";
import { alreadyDone, main, step } from "./lib/steps.mjs";

await main(async () => {
	const { values } = parseArgs({ options: { boot: { type: "boolean", default: false } } });
	await step("packages of the test guest", async () => {
		const missing = await missingPackages([...guestPackages, "qemu-utils", "qemu-system-x86"]);
		if (missing.length === 0) return alreadyDone("installed");
		return `installed ${(await installPackages(missing)).join(" ")}`;
	});
	await step("test guest", makeGuest);
	if (values.boot) await step("boot of the test guest", bootGuest);
	process.stdout.write(`${guestDisk()}\n`);
});
