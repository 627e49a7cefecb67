/**
 * Going to a page from outside of React: actions, menus and toasts. The router
 * is bound once at start-up, so that actions need not import every page.
 */
let go: (path: string) => void = () => {
	throw new Error("The router is not bound yet.");
};

export function bindNavigation(navigate: (path: string) => void): void {
	go = navigate;
}

export function navigateTo(path: string): void {
	go(path);
}

/** The paths of the app's places. */
export const paths = {
	ranges: "/ranges",
	range: (id: string, tab = "overview") => `/ranges/${encodeURIComponent(id)}/${tab}`,
	machines: "/machines",
	vm: (uuid: string, tab = "overview") => `/machines/vms/${encodeURIComponent(uuid)}/${tab}`,
	newVm: "/machines/new-vm",
	library: "/library",
	libraryTab: (tab: "snapshots" | "templates") => `/library/${tab}`,
	template: (name: string) => `/library/templates/${encodeURIComponent(name)}`,
	templateForm: (name: string) => `/library/templates/${encodeURIComponent(name)}/edit`,
	snapshot: (id: string) => `/library/snapshots/${encodeURIComponent(id)}`,
	rangeSnapshot: (id: string) => `/library/range-snapshots/${encodeURIComponent(id)}`,
	images: "/images",
	image: (ref: string) => `/images/${encodeURIComponent(ref)}`,
	promote: (ref: string, provider?: "docker" | "libvirt") =>
		`/images/${encodeURIComponent(ref)}/promote${provider === undefined ? "" : `?provider=${provider}`}`,
	build: (taskId: string) => `/builds/${encodeURIComponent(taskId)}`,
	events: "/events",
	eventsOf: (range: string) => `/events?range=${encodeURIComponent(range)}`,
	doctor: "/doctor",
	settings: "/settings",
	engine: "/engine",
	deploy: "/deploy",
	deployShipped: (name: string) => `/deploy?shipped=${encodeURIComponent(name)}`,
	deployFile: (path: string) => `/deploy?file=${encodeURIComponent(path)}`,
	deploySnapshot: (name: string) => `/deploy?snapshot=${encodeURIComponent(name)}`,
	deployText: "/deploy?text=1",
	update: (id: string) => `/update/${encodeURIComponent(id)}`,
	/** The same place with another blueprint, as the deploy page's address says it. */
	updateBy: (id: string, deploy: string) => `/update/${encodeURIComponent(id)}${deploy.slice(paths.deploy.length)}`,
	deploying: (taskIds: readonly string[]) => `/deploying/${taskIds.map(encodeURIComponent).join(",")}`,
};
