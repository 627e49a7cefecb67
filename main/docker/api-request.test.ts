import { expect, test } from "vitest";
import { jsonBody, requestPath } from "./api-request.ts";

const statusCodes = { 200: true } as const;

test("a create has its name in the query and everything else in the body only", () => {
	const options = { name: "web", Image: "a", Env: ["SECRET=1"], abortSignal: new AbortController().signal };
	const request = { path: "/containers/create?", method: "POST", options, statusCodes };
	expect(requestPath(request)).toBe("/containers/create?name=web");
	expect(JSON.parse(jsonBody(request) ?? "")).toEqual({ name: "web", Image: "a", Env: ["SECRET=1"] });
});

test("filters are JSON in the query, lists are repeated", () => {
	const options = { all: true, filters: { label: ["a=b"] }, names: ["x", "y"], nothing: undefined };
	const request = { path: "/containers/json?", method: "GET", options, statusCodes };
	const query = new URLSearchParams(requestPath(request).split("?")[1]);
	expect([...query]).toEqual([
		["all", "true"],
		["filters", '{"label":["a=b"]}'],
		["names", "x"],
		["names", "y"],
	]);
	expect(jsonBody(request)).toBeNull();
});

test("a path that takes a query and gets none loses its question mark", () => {
	expect(requestPath({ path: "/info?", method: "GET", options: {}, statusCodes })).toBe("/info");
	expect(requestPath({ path: "/info", method: "GET", statusCodes })).toBe("/info");
});
