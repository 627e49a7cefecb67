import { expect, test } from "vitest";
import { isCallMessage } from "./rpc-port.ts";

test("takes requests, parts of event streams and aborts", () => {
	expect(isCallMessage('{"i":"1","p":{"u":"/ranges/list","b":{"json":{}}}}')).toBe(true);
	expect(isCallMessage('{"i":"1","t":3,"p":{"e":"message","d":1}}')).toBe(true);
	expect(isCallMessage('{"i":"1","t":4}')).toBe(true);
});

test.each([
	["an object in place of text", { i: "1", p: { u: "/ranges/list" } }],
	["bytes", new Uint8Array([1, 2])],
	["nothing", undefined],
	["text that is not JSON", "{"],
	["JSON that is no object", "7"],
	["a request without a path", '{"i":"1","p":{}}'],
	["a request to another place", '{"i":"1","p":{"u":"http://10.0.0.1/ranges/list"}}'],
	["a request with dots in its path", '{"i":"1","p":{"u":"/../ranges"}}'],
	["an unknown type", '{"i":"1","t":2,"p":{}}'],
	["an id that is no text", '{"i":1,"p":{"u":"/ranges/list"}}'],
	["too much", JSON.stringify({ i: "1", p: { u: "/blueprints/validate", b: "x".repeat(9 * 1024 * 1024) } })],
])("refuses %s", (_name, data) => {
	expect(isCallMessage(data)).toBe(false);
});
