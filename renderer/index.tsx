import "./zod-without-eval.ts";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import { RouterProvider } from "react-router/dom";
import type { ShellEvent } from "../contract/shell.ts";
import { runCommand } from "./actions/registry.ts";
import { bindNavigation, navigateTo, paths } from "./app/navigation.ts";
import { listenToPageKeys } from "./app/page-keys.ts";
import { createRouter } from "./app/router.tsx";
import { followTheme } from "./app/theme.ts";
import { shell } from "./bridge/shell.ts";
import { keepConsoles } from "./stores/consoles.ts";
import { useEngine } from "./stores/engine.ts";
import { followChanges } from "./stores/follow.ts";
import { keepLayout } from "./stores/layout.ts";
import { announceTasks } from "./tasks/announce.ts";

function onShellEvent(event: ShellEvent): void {
	switch (event.kind) {
		case "engine":
			useEngine.setState({ start: event.engine });
			break;
		case "command":
			runCommand(event.command);
			break;
		case "showRange":
			navigateTo(paths.range(event.range));
			break;
		case "openBlueprint":
			navigateTo(paths.deployFile(event.path));
			break;
	}
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root.");

const lifetime = new AbortController();
window.addEventListener("pagehide", () => lifetime.abort());

keepLayout();
keepConsoles();
followTheme();
announceTasks();
listenToPageKeys();
const router = createRouter();
bindNavigation((path) => void router.navigate(path));
shell().onEvent(onShellEvent);
void followChanges(lifetime.signal);

createRoot(root).render(
	<StrictMode>
		<RouterProvider router={router} />
	</StrictMode>,
);
