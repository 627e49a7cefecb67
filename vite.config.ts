import tailwindcss from "@tailwindcss/vite";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

/**
 * The window's page. It is served by the shell at app://homerange/, so paths are
 * absolute in that origin, and nothing may be inlined that its CSP refuses.
 */
export default defineConfig({
	root: "renderer",
	base: "/",
	plugins: [react(), tailwindcss()],
	build: {
		outDir: "../out/renderer",
		emptyOutDir: true,
		// The Chromium of the oldest Electron that we run (42).
		target: "chrome148",
		sourcemap: true,
		// The polyfill fetches, which connect-src 'none' refuses; Chromium needs none.
		modulePreload: { polyfill: false },
		// Fonts and images stay files: font-src has no data:.
		assetsInlineLimit: 0,
		chunkSizeWarningLimit: 2000,
	},
});
