import { expect, test } from "vitest";
import { repositoriesFile } from "./repositories.ts";

const [a, b] = [`sha256:${"a".repeat(64)}`, `sha256:${"b".repeat(64)}`];

test("images are listed under their repository, in the engine's short names", () => {
	const file = repositoriesFile([
		{ reference: "homerange/web:1", id: a },
		{ reference: "homerange/web:2", id: b },
		{ reference: "docker.io/library/nginx:1.29", id: a },
		{ reference: "registry.example:5000/team/db:7", id: b },
	]);
	expect(JSON.parse(file)).toEqual({
		Repositories: {
			"homerange/web": { "homerange/web:1": a, "homerange/web:2": b },
			nginx: { "nginx:1.29": a },
			"registry.example:5000/team/db": { "registry.example:5000/team/db:7": b },
		},
	});
});

test("a reference by digest is one too", () => {
	expect(JSON.parse(repositoriesFile([{ reference: `team/db@${a}`, id: b }]))).toEqual({
		Repositories: { "team/db": { [`team/db@${a}`]: b } },
	});
});
