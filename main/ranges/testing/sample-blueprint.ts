import { createTemplateLookup, parseBlueprint, type ResolvedBlueprint } from "../../blueprint/index.ts";

const text = `
blueprint: 1
name: shop
title: A shop
networks:
  lan: { subnet: 10.0.1.0/24 }
  dmz: { subnet: 10.0.2.0/24 }
routes: [{ from: lan, to: dmz, ports: [80/tcp] }]
machines:
  db: { image: "homerange/busybox:1", nics: [{ network: dmz, ip: 10.0.2.20 }], memory: 64MiB }
  web:
    image: homerange/busybox:1
    nics: [{ network: lan, ip: 10.0.1.10 }, { network: dmz, ip: 10.0.2.10, default: true }]
    depends_on: { db: ready }
    console: { vnc: 5900 }
`;

/** A resolved blueprint of two networks and two machines. */
export function sampleBlueprint(): ResolvedBlueprint {
	const { blueprint, errors } = parseBlueprint(text, "shop.yaml", createTemplateLookup([]));
	if (blueprint === null) throw new Error(JSON.stringify(errors));
	return blueprint;
}
