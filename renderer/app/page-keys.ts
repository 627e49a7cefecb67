import { isMac } from "../bridge/shell.ts";
import { useLayout } from "../stores/layout.ts";

/**
 * The keys that the page handles beside the menu's shortcuts. In the capture
 * phase, because a VNC console takes every key that reaches it.
 */
export function listenToPageKeys(): void {
	window.addEventListener("keydown", onKeyDown, { capture: true });
}

function onKeyDown(event: KeyboardEvent): void {
	const hasCommand = isMac() ? event.metaKey : event.ctrlKey;
	if (hasCommand && event.shiftKey && event.code === "KeyP") {
		event.preventDefault();
		event.stopPropagation();
		useLayout.setState({ isPaletteOpen: true });
		return;
	}
	const isInScreen = event.target instanceof HTMLCanvasElement;
	if (isInScreen && hasCommand && event.shiftKey) {
		// Not for the guest: the menu's shortcuts with Shift are the way out of a screen.
		event.stopPropagation();
		return;
	}
	if (event.key === "/" && !hasCommand && !event.altKey && !isTyping(event.target)) {
		const search = document.querySelector<HTMLInputElement>("main [data-search]");
		if (search === null) return;
		event.preventDefault();
		search.focus();
		search.select();
	}
}

function isTyping(target: EventTarget | null): boolean {
	return (
		target instanceof HTMLInputElement ||
		target instanceof HTMLTextAreaElement ||
		target instanceof HTMLSelectElement ||
		target instanceof HTMLCanvasElement
	);
}
