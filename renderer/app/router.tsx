import { createHashRouter, Navigate } from "react-router";
import { DeployPage } from "../deploy/deploy-page.tsx";
import { DeployingPage } from "../deploy/deploying-page.tsx";
import { DoctorPage } from "../doctor/doctor-page.tsx";
import { EnginePage } from "../engine/engine-page.tsx";
import { EventsPage } from "../events/events-page.tsx";
import { BuildPage } from "../images/build-page.tsx";
import { ImagePage } from "../images/image-page.tsx";
import { ImagesPage } from "../images/images-page.tsx";
import { RangeSnapshotPage, SnapshotPage, TemplatePage } from "../library/entry-page.tsx";
import { LibraryPage } from "../library/library-page.tsx";
import { MachinesPage } from "../machines/machines-page.tsx";
import { RangePage } from "../ranges/range-page.tsx";
import { RangesPage } from "../ranges/ranges-page.tsx";
import { UpdatePage } from "../update/update-page.tsx";
import { App } from "./app.tsx";
import { PageError } from "./page-error.tsx";

/** The forms of templates and the pages of virtual machines load late, as the settings do. */
const templateForms = () => import("../library/template-form-pages.tsx");

const vmPages = () => import("../vms/vm-pages.ts");

const Blank = () => null;

/** The places of the window. By hash, because app:// serves one page and a reload must come back to its place. */
export function createRouter() {
	// Not by a redirect on the first render: that would undo what the shell asked for before it, as `--range` does.
	if (location.hash === "") history.replaceState(null, "", "#/ranges");
	return createHashRouter([
		{
			path: "/",
			element: <App />,
			// Only settings load late: until then the window is as empty as before its first paint.
			HydrateFallback: Blank,
			children: [
				{
					errorElement: <PageError />,
					children: [
						{ index: true, element: <Navigate to="/ranges" replace /> },
						{ path: "ranges", element: <RangesPage /> },
						{ path: "ranges/:id/:tab?", element: <RangePage /> },
						{ path: "machines", element: <MachinesPage /> },
						{ path: "machines/vms/:uuid/:tab?", lazy: async () => ({ Component: (await vmPages()).VmPage }) },
						{ path: "machines/new-vm", lazy: async () => ({ Component: (await vmPages()).CreateVmPage }) },
						{ path: "library/:tab?", element: <LibraryPage /> },
						{ path: "library/templates/:name", element: <TemplatePage /> },
						{ path: "library/snapshots/:id", element: <SnapshotPage /> },
						{ path: "library/range-snapshots/:id", element: <RangeSnapshotPage /> },
						{
							path: "library/templates/:name/edit",
							lazy: async () => ({ Component: (await templateForms()).EditTemplatePage }),
						},
						{ path: "images", element: <ImagesPage /> },
						{ path: "images/:ref", element: <ImagePage /> },
						{ path: "images/:ref/promote", lazy: async () => ({ Component: (await templateForms()).PromotePage }) },
						{ path: "builds/:taskId", element: <BuildPage /> },
						{ path: "events", element: <EventsPage /> },
						{ path: "doctor", element: <DoctorPage /> },
						{
							path: "settings",
							lazy: async () => ({ Component: (await import("../settings/settings-page.tsx")).SettingsPage }),
						},
						{ path: "engine", element: <EnginePage /> },
						{ path: "deploy", element: <DeployPage /> },
						{ path: "deploying/:ids", element: <DeployingPage /> },
						{ path: "update/:id", element: <UpdatePage /> },
						{ path: "*", element: <Navigate to="/ranges" replace /> },
					],
				},
			],
		},
	]);
}
