import { expect, test, waitUntilReady } from "../fixtures/app.ts";
import { call, firstFrame, postToCallPort } from "../fixtures/call.ts";
import { setTrap } from "../fixtures/trap.ts";

/** The border between the page and the machine, attacked from inside the running window. */

test.describe("content security policy", () => {
	test("is a header of every answer and starts from nothing", async ({ page }) => {
		const response = await page.reload();
		const policy = response?.headers()["content-security-policy"] ?? "";
		expect(policy.split("; ")).toEqual([
			"default-src 'none'",
			"script-src 'self'",
			"style-src 'self' 'unsafe-inline'",
			"img-src 'self' data:",
			"font-src 'self'",
			"connect-src 'none'",
			"object-src 'none'",
			"base-uri 'none'",
			"form-action 'none'",
			"frame-ancestors 'none'",
		]);
		expect(response?.headers()["x-content-type-options"]).toBe("nosniff");
		await waitUntilReady(page);
	});

	test("runs no inline script and no inline handler", async ({ page }) => {
		const refused = await page.evaluate(async () => {
			const seen: string[] = [];
			const two = new Promise<void>((resolve) => {
				document.addEventListener("securitypolicyviolation", (event) => {
					seen.push(`${event.effectiveDirective} ${event.blockedURI}`);
					if (seen.length === 2) resolve();
				});
			});
			const script = document.createElement("script");
			script.textContent = "document.title = 'taken over'";
			document.head.append(script);
			const element = document.createElement("div");
			element.setAttribute("onclick", "document.title = 'taken over'");
			document.body.append(element);
			element.click();
			await two;
			element.remove();
			script.remove();
			return seen;
		});
		expect(refused).toEqual(["script-src-elem inline", "script-src-attr inline"]);
		expect(await page.title()).not.toBe("taken over");
	});

	test("makes no code out of text", async ({ page }) => {
		const outcomes = await page.evaluate(async () => {
			// While the test tool's own code runs it may make code out of text; in a frame of the page nobody may.
			await new Promise((resolve) => requestAnimationFrame(resolve));
			const tryIt = (work: () => unknown): string => {
				try {
					return `ran: ${work()}`;
				} catch (error) {
					return error instanceof Error ? error.name : String(error);
				}
			};
			return [
				// biome-ignore lint/security/noGlobalEval: this is the attack.
				tryIt(() => eval("1 + 1")),
				tryIt(() => new Function("return 2")()),
			];
		});
		expect(outcomes).toEqual(["EvalError", "EvalError"]);
	});

	test("lets no request out, whatever makes it", async ({ page, app }) => {
		await using trap = await setTrap();
		// The control: the trap works, and a plain window of the same Electron would reach it.
		expect(await (await fetch(`${trap.address}/control`)).text()).toBe("reached");
		expect(trap.visits.splice(0)).toEqual(["GET /control"]);

		const outcomes = await page.evaluate(
			async ([address, stun]) => {
				const settle = (work: () => Promise<unknown>): Promise<string> =>
					work().then(
						() => "reached",
						(error: unknown) => (error instanceof Error ? error.name : String(error)),
					);
				/** Resolves when the element has loaded or failed to. */
				const load = (element: HTMLElement, attributes: Record<string, string>): Promise<string> =>
					new Promise((resolve) => {
						element.addEventListener("load", () => resolve("loaded"));
						element.addEventListener("error", () => resolve("error"));
						document.addEventListener("securitypolicyviolation", (event) => resolve(event.effectiveDirective));
						for (const [name, value] of Object.entries(attributes)) element.setAttribute(name, value);
						document.body.append(element);
					});
				const make = (name: string): HTMLElement => document.createElement(name);
				const socket = (open: () => EventTarget): Promise<unknown> =>
					new Promise((resolve, reject) => {
						const target = open();
						target.addEventListener("open", resolve);
						target.addEventListener("error", () => reject(new Error("error")));
					});
				const gathered = async (): Promise<string> => {
					const peer = new RTCPeerConnection({ iceServers: [{ urls: stun }] });
					peer.createDataChannel("x");
					const done = new Promise<void>((resolve) => {
						peer.addEventListener("icegatheringstatechange", () => peer.iceGatheringState === "complete" && resolve());
					});
					await peer.setLocalDescription(await peer.createOffer());
					await done;
					const candidates = (peer.localDescription?.sdp ?? "")
						.split("\r\n")
						.filter((line) => line.startsWith("a=candidate"));
					peer.close();
					return `${candidates.length} candidates`;
				};
				return {
					fetch: await settle(() => fetch(`${address}/fetch`, { mode: "no-cors" })),
					xhr: await settle(() => {
						const request = new XMLHttpRequest();
						request.open("GET", `${address}/xhr`);
						return new Promise((resolve, reject) => {
							request.onload = resolve;
							request.onerror = () => reject(new Error("error"));
							request.send();
						});
					}),
					beacon: navigator.sendBeacon(`${address}/beacon`, "x"),
					socket: await settle(() => socket(() => new WebSocket(`${address.replace("http", "ws")}/socket`))),
					events: await settle(() => socket(() => new EventSource(`${address}/events`))),
					worker: await settle(async () => socket(() => new Worker(`${address}/worker.js`))),
					module: await settle(() => import(`${address}/module.js`)),
					image: await load(make("img"), { src: `${address}/image` }),
					script: await load(make("script"), { src: `${address}/script.js` }),
					style: await load(make("link"), { rel: "stylesheet", href: `${address}/style.css` }),
					prefetch: await load(make("link"), { rel: "prefetch", href: `${address}/prefetch` }),
					frame: await load(make("iframe"), { src: `${address}/frame` }),
					object: await load(make("object"), { data: `${address}/object` }),
					media: await load(make("video"), { src: `${address}/video` }),
					rtc: await gathered(),
				};
			},
			[trap.address, trap.stun] as const,
		);

		expect(outcomes).toMatchObject({
			fetch: "TypeError",
			socket: expect.not.stringMatching("reached"),
			rtc: "0 candidates",
		});
		expect(Object.values(outcomes)).not.toContain("reached");

		// Behind the policy stands the session, which refuses what a policy would have let through.
		const fromSession = await app.electron.evaluate(
			({ session }, address) =>
				session.defaultSession.fetch(address).then(
					() => "reached",
					() => "refused",
				),
			`${trap.address}/session`,
		);
		expect(fromSession).toBe("refused");
		await fetch(`${trap.address}/last`);
		expect(trap.visits).toEqual(["GET /last"]);
		await page.reload();
		await waitUntilReady(page);
	});

	test("submits no form and takes no other base", async ({ page }) => {
		await using trap = await setTrap();
		const directives = await page.evaluate(async (address) => {
			const seen: string[] = [];
			const two = new Promise<void>((resolve) => {
				document.addEventListener("securitypolicyviolation", (event) => {
					seen.push(event.effectiveDirective);
					if (seen.length === 2) resolve();
				});
			});
			const base = document.createElement("base");
			base.href = `${address}/`;
			document.head.append(base);
			const form = document.createElement("form");
			form.action = `${address}/form`;
			form.method = "post";
			document.body.append(form);
			form.submit();
			await two;
			base.remove();
			form.remove();
			return [...seen, document.baseURI];
		}, trap.address);
		expect(directives.slice(0, 2).sort()).toEqual(["base-uri", "form-action"]);
		expect(directives[2]).toMatch(/^app:\/\/homerange\//);
		expect(trap.visits).toEqual([]);
	});
});

test.describe("the page's world", () => {
	test("is isolated and sandboxed, and web security is on", async ({ app }) => {
		const preferences = await app.electron.evaluate(({ BrowserWindow }) => {
			// Not in Electron's types: the preferences that the window really got.
			const contents = BrowserWindow.getAllWindows()[0]?.webContents as unknown as {
				getLastWebPreferences(): Record<string, unknown>;
			};
			return contents.getLastWebPreferences();
		});
		expect(preferences).toMatchObject({
			contextIsolation: true,
			sandbox: true,
			nodeIntegration: false,
			webviewTag: false,
		});
		for (const name of [
			"nodeIntegrationInWorker",
			"nodeIntegrationInSubFrames",
			"experimentalFeatures",
			"allowRunningInsecureContent",
		]) {
			expect(preferences[name] ?? false, name).toBe(false);
		}
		expect(preferences.webSecurity ?? true).toBe(true);
		expect(preferences.enableBlinkFeatures ?? "").toBe("");
	});

	test("has no Node and no Electron", async ({ page }) => {
		const found = await page.evaluate(() =>
			[
				"require",
				"process",
				"module",
				"exports",
				"Buffer",
				"global",
				"__dirname",
				"electron",
				"ipcRenderer",
				"setImmediate",
			].filter((name) => name in window),
		);
		expect(found).toEqual([]);
	});

	test("sees exactly one object of ours, made of functions and facts", async ({ page }) => {
		const shape = await page.evaluate(() => {
			const { homerange } = window as unknown as { homerange: Record<string, unknown> };
			return Object.fromEntries(Object.entries(homerange).map(([key, value]) => [key, typeof value]));
		});
		expect(shape).toEqual({
			facts: "object",
			choosePath: "function",
			openTemplate: "function",
			saveTemplate: "function",
			openLink: "function",
			setTheme: "function",
			retryEngine: "function",
			onEvent: "function",
		});
		const extra = await page.evaluate(() =>
			Object.keys(window).filter((key) => /home|electron|ipc|bridge|node/i.test(key)),
		);
		expect(extra).toEqual(["homerange"]);
	});

	test("cannot replace or widen that object, nor reach the preload script's world", async ({ page }) => {
		const outcome = await page.evaluate(async () => {
			const { homerange } = window as unknown as {
				homerange: { onEvent(listener: (event: unknown) => void): () => void };
			};
			const original = homerange.onEvent;
			try {
				Object.assign(homerange, { onEvent: () => "replaced", extra: 1 });
			} catch {
				// A frozen object throws in strict code, which is as good.
			}
			// What a page changes in its own prototypes must not be what the preload script runs with.
			const push = Array.prototype.push;
			let stolen = 0;
			Array.prototype.push = function (...items: unknown[]) {
				stolen++;
				return push.apply(this, items);
			};
			const event = await new Promise<unknown>((resolve) => {
				const end = original(resolve);
				queueMicrotask(() => end);
			});
			Array.prototype.push = push;
			return {
				kept: homerange.onEvent === original,
				extra: "extra" in homerange,
				// The listener gets the payload alone, never Electron's event with its sender.
				keys: Object.keys(event as object),
				stolen,
			};
		});
		expect(outcome.kept).toBe(true);
		expect(outcome.extra).toBe(false);
		expect(outcome.keys).toEqual(["kind", "engine"]);
	});
});

test.describe("permissions", () => {
	test("are denied, but for writing text to the clipboard", async ({ page }) => {
		const outcomes = await page.evaluate(async () => {
			const name = (work: () => Promise<unknown>): Promise<string> =>
				work().then(
					(value) => `granted ${String(value)}`,
					(error: unknown) => (error instanceof Error ? error.name : "refused"),
				);
			return {
				notifications: await Notification.requestPermission(),
				position: await name(
					() =>
						new Promise((resolve, reject) =>
							navigator.geolocation.getCurrentPosition(resolve, (error) => reject(new Error(String(error.code)))),
						),
				),
				camera: await name(() => navigator.mediaDevices.getUserMedia({ video: true })),
				microphone: await name(() => navigator.mediaDevices.getUserMedia({ audio: true })),
				screen: await name(() => navigator.mediaDevices.getDisplayMedia()),
				read: await name(() => navigator.clipboard.readText()),
				midi: await name(() => (navigator as unknown as { requestMIDIAccess(): Promise<unknown> }).requestMIDIAccess()),
				storage: await navigator.storage.persist(),
			};
		});
		expect(outcomes.notifications).toBe("denied");
		for (const [permission, outcome] of Object.entries(outcomes))
			expect(String(outcome), permission).not.toMatch(/granted|true/);
	});

	test("answer a check with denied", async ({ page, app }) => {
		const states = await page.evaluate(() =>
			Promise.all(
				["geolocation", "notifications", "camera", "microphone", "midi", "clipboard-read", "persistent-storage"].map(
					async (name) => `${name}: ${(await navigator.permissions.query({ name: name as PermissionName })).state}`,
				),
			),
		);
		expect(states.filter((state) => !state.endsWith("denied"))).toEqual([]);
		// The control: the one that the page needs works.
		await page.evaluate(() => window.focus());
		await page.evaluate(() => navigator.clipboard.writeText("from the page"));
		expect(await app.electron.evaluate(({ clipboard }) => clipboard.readText())).toBe("from the page");
	});
});

test.describe("leaving the page", () => {
	for (const target of [
		"https://example.invalid/",
		"file:///etc/passwd",
		"data:text/html,<h1>hi",
		"app://elsewhere/index.html",
		"javascript:document.title='taken'",
	]) {
		test(`is refused to ${target}`, async ({ page }) => {
			const before = page.url();
			await page.evaluate((address) => {
				const link = document.createElement("a");
				link.href = address;
				document.body.append(link);
				link.click();
				link.remove();
			}, target);
			// A navigation that was let through would end the page's world before this answers.
			await page.evaluate(() => new Promise((resolve) => requestAnimationFrame(() => requestAnimationFrame(resolve))));
			expect(page.url()).toBe(before);
			expect(await page.title()).not.toBe("taken");
		});
	}

	test("to an empty page, which Chromium asks nobody about, is undone", async ({ page }) => {
		await page.evaluate(() => {
			location.href = "about:blank";
		});
		await page.waitForURL("app://homerange/index.html**");
		await waitUntilReady(page);
	});

	test("opens no second window, and has no webview", async ({ page, app }) => {
		const outcome = await page.evaluate(() => {
			const link = document.createElement("a");
			link.href = "https://example.invalid/";
			link.target = "_blank";
			document.body.append(link);
			link.click();
			link.remove();
			const webview = document.createElement("webview");
			webview.setAttribute("src", "https://example.invalid/");
			document.body.append(webview);
			const hasShadow = webview.shadowRoot !== null || "loadURL" in webview;
			webview.remove();
			return { opened: window.open("https://example.invalid/") !== null, blank: window.open("") !== null, hasShadow };
		});
		expect(outcome).toEqual({ opened: false, blank: false, hasShadow: false });
		expect(await app.electron.evaluate(({ webContents }) => webContents.getAllWebContents().length)).toBe(1);
	});

	test("by a link asks first, and only for web addresses", async ({ page, app }) => {
		await app.electron.evaluate(({ dialog, shell }) => {
			const calls: string[] = [];
			Object.assign(globalThis, { calls });
			dialog.showMessageBox = async (...args: unknown[]) => {
				calls.push(`asked ${(args.at(-1) as { detail: string }).detail}`);
				return { response: 0, checkboxChecked: false };
			};
			shell.openExternal = async (address: string) => void calls.push(`opened ${address}`);
		});
		const answers = await page.evaluate(async () => {
			const { homerange } = window as unknown as { homerange: { openLink(address: string): Promise<boolean> } };
			const addresses = ["file:///etc/passwd", "javascript:1", "smb://host/share", "https://example.invalid/a"];
			return Promise.all(addresses.map((address) => homerange.openLink(address)));
		});
		expect(answers).toEqual([false, false, false, false]);
		const calls = await app.electron.evaluate(() => (globalThis as unknown as { calls: string[] }).calls);
		expect(calls).toEqual(["asked https://example.invalid/a"]);
	});
});

test.describe("app://", () => {
	test("serves the page's files and nothing above them", async ({ app }) => {
		const status = (address: string, method = "GET"): Promise<number> =>
			app.electron.evaluate(async ({ net }, [url, verb]) => (await net.fetch(url, { method: verb })).status, [
				address,
				method,
			] as const);
		expect(await status("app://homerange/index.html")).toBe(200);
		for (const path of [
			"../package.json",
			"../electron/index.js",
			"%2e%2e/package.json",
			"%2e%2e%2fpackage.json",
			"..%2fpreload%2findex.cjs",
			"assets/..%2f..%2felectron%2findex.js",
			"..%5cpackage.json",
			"%2fetc%2fpasswd",
			"index.html%00.js",
			"absent.html",
			"",
		]) {
			expect(await status(`app://homerange/${path}`), path).toBe(404);
		}
		expect(await status("app://elsewhere/index.html")).toBe(404);
		expect(await status("app://homerange/index.html", "POST")).toBe(405);
	});
});

test.describe("messages to the shell", () => {
	test("are taken from our own page only", async ({ app }) => {
		const outcomes = await app.electron.evaluate(async ({ app: electron, BrowserWindow }) => {
			// Windows that got hold of our preload script all the same.
			const preload = `${electron.getAppPath()}/out/preload/index.cjs`;
			const ask = `homerange.choosePath({ kind: "open", what: "blueprint" }).then(() => "answered", (error) => error.message)`;
			const run = (frame: Electron.WebFrameMain | undefined, code: string): Promise<unknown> =>
				frame === undefined
					? Promise.resolve("no frame")
					: frame.executeJavaScript(code).catch((error: unknown) => String(error));
			const askForPort = `new Promise((resolve) => {
				const { port1, port2 } = new MessageChannel();
				port1.onmessage = ({ data }) => resolve(data.error.code);
				window.postMessage({ homerangePort: { kind: "rpc" } }, "*", [port2]);
				port1.addEventListener("close", () => resolve("closed without a word"));
			})`;
			const results: Record<string, unknown> = {};
			for (const address of ["data:text/html,<title>foreign</title>", "app://elsewhere/index.html"]) {
				const window = new BrowserWindow({ show: false, webPreferences: { preload, sandbox: true } });
				await window.loadURL(address).catch(() => undefined);
				results[address] = await run(window.webContents.mainFrame, ask);
				results[`port of ${address}`] = await run(window.webContents.mainFrame, askForPort);
				window.destroy();
			}
			// A sub-frame of a page that gives its frames the preload script, which ours does not.
			const window = new BrowserWindow({
				show: false,
				webPreferences: { preload, sandbox: true, nodeIntegrationInSubFrames: true },
			});
			await window.loadURL(`data:text/html,<iframe srcdoc="inner"></iframe>`);
			results["sub-frame"] = await run(window.webContents.mainFrame.frames[0], ask);
			window.destroy();
			return results;
		});
		expect(outcomes["data:text/html,<title>foreign</title>"]).toContain("was refused");
		expect(outcomes["app://elsewhere/index.html"]).toContain("was refused");
		expect(outcomes["sub-frame"]).toContain("was refused");
		expect(outcomes["port of app://elsewhere/index.html"]).toBe("FORBIDDEN");
		expect(outcomes["port of data:text/html,<title>foreign</title>"]).toBe("FORBIDDEN");
	});

	test("cannot show our page in a frame of another", async ({ app }) => {
		const framed = await app.electron.evaluate(async ({ BrowserWindow }) => {
			const window = new BrowserWindow({ show: false });
			await window.loadURL(`data:text/html,<iframe src="app://homerange/index.html"></iframe>`);
			const origin = window.webContents.mainFrame.frames[0]?.origin;
			window.destroy();
			return origin;
		});
		expect(framed).not.toBe("app://homerange");
	});

	test("have exactly the contract's shape: calls", async ({ page }) => {
		expect((await call(page, "/ranges/list", {})).status).toBe(200);
		const refused: [string, unknown][] = [
			["/ranges/list", { extra: 1 }],
			["/ranges/list", null],
			["/ranges/get", {}],
			["/ranges/get", { range: "" }],
			["/ranges/get", { range: "x".repeat(65) }],
			["/ranges/get", { range: 7 }],
			["/ranges/get", { range: "a", __proto__: null, constructor: 1 }],
			["/ranges/deploy", { source: { kind: "file", path: "/x", extra: 1 } }],
			["/ranges/deploy", { source: { kind: "command", path: "/x" } }],
			["/ranges/deploy", { source: { kind: "shipped", name: "first-range" }, copies: 51 }],
			["/ranges/deploy", { source: { kind: "shipped", name: "first-range" }, name: "../up" }],
			["/settings/set", { theme: "pink" }],
			["/settings/set", { dindImage: "x", more: true }],
			["/tasks/cancel", { taskId: "x".repeat(65) }],
			["/events/list", { limit: 1e9 }],
		];
		for (const [path, input] of refused) {
			const { status, body } = await call(page, path, input);
			expect(status, `${path} ${JSON.stringify(input)}`).toBeGreaterThanOrEqual(400);
			expect(body.json, path).toMatchObject({ data: { code: "INPUT_INVALID" } });
		}
		expect((await call(page, "/host/absent", {})).status).toBe(404);
		expect((await call(page, "/constructor", {})).status).toBe(404);
	});

	test("that are no calls close their port, and the app goes on", async ({ page }) => {
		for (const message of [
			"{",
			"[]",
			'{"i":1}',
			{ i: "1", p: { u: "/ranges/list" } },
			'{"i":"1","p":{"u":"http://127.0.0.1/"}}',
			7,
		]) {
			expect(await postToCallPort(page, message), JSON.stringify(message)).toBeNull();
		}
		expect((await call(page, "/host/info", {})).status).toBe(200);
	});

	test("have exactly the contract's shape: channels", async ({ page }) => {
		const refused = [
			{ kind: "shell", range: "a", machine: "b", columns: 80, rows: 24, extra: 1 },
			{ kind: "shell", range: "a", machine: "b", columns: 0, rows: 24 },
			{ kind: "tcp", host: "127.0.0.1", port: 22 },
			{ kind: "exec", range: "a", machine: "b", command: [] },
			{ kind: "vnc", range: "a" },
			null,
		];
		for (const request of refused) {
			const frame = await firstFrame(page, request);
			expect(frame, JSON.stringify(request)).toMatchObject({ type: "closed", error: { code: "INPUT_INVALID" } });
		}
		const unknown = await firstFrame(page, { kind: "vnc", range: "absent", machine: "absent" });
		expect(unknown).toMatchObject({ type: "closed", error: { code: "RANGE_NOT_FOUND" } });
	});

	test("have exactly the contract's shape: the bridge's functions", async ({ page, app }) => {
		const outcomes = await page.evaluate(async () => {
			const { homerange } = window as unknown as { homerange: Record<string, (...args: unknown[]) => unknown> };
			const attempt = async (work: () => unknown): Promise<string> => {
				try {
					return `answered ${String(await work())}`;
				} catch (error) {
					return error instanceof Error ? error.message : String(error);
				}
			};
			homerange.setTheme?.("pink");
			homerange.setTheme?.({ toString: "dark" });
			return {
				number: await attempt(() => homerange.openLink?.(7)),
				long: await attempt(() => homerange.openLink?.(`https://example.invalid/${"x".repeat(3000)}`)),
			};
		});
		expect(outcomes.number).toContain("malformed");
		expect(outcomes.long).toContain("malformed");
		expect(
			await app.electron.evaluate(({ nativeTheme }) => ["system", "light", "dark"].includes(nativeTheme.themeSource)),
		).toBe(true);
	});
});
