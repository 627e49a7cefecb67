import { expect, test } from "vitest";
import { nicMismatch } from "./nics.ts";

const lan = { network: "lan", ip: "10.0.1.10", mac: "02:42:0a:00:01:0a", isDefault: true };
const dmz = { network: "dmz", ip: "10.0.2.10", mac: "02:42:0A:00:02:0A", isDefault: false };
const seen = ({ network, ip, mac }: typeof lan) => ({ network, ip, mac: mac.toLowerCase() });

test("exact NICs are no mismatch, whatever the case of a MAC", () => {
	expect(nicMismatch([lan, dmz], [seen(dmz), seen(lan)])).toBeNull();
});

test("each difference is named", () => {
	expect(nicMismatch([lan, dmz], [seen(lan)])).toContain("no NIC on network dmz");
	expect(nicMismatch([lan], [{ ...seen(lan), ip: "10.0.1.11" }])).toContain("10.0.1.11 instead of 10.0.1.10");
	expect(nicMismatch([lan], [{ ...seen(lan), mac: "02:42:0a:00:01:0b" }])).toContain("02:42:0a:00:01:0b");
	expect(nicMismatch([lan], [seen(lan), seen(dmz)])).toContain("NIC on dmz");
});
