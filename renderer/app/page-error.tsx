import { useRouteError } from "react-router";
import { errorInfoOf } from "../bridge/error-info.ts";
import { Button } from "../components/button.tsx";
import { ErrorNotice } from "../components/notice.tsx";
import { strings } from "../strings.ts";

/** A page that failed to draw: said in its place, while the frame and its consoles live on. */
export function PageError() {
	const error = useRouteError();
	return (
		<div className="p-5">
			<ErrorNotice
				error={errorInfoOf(error)}
				title={strings.common.pageFailed}
				actions={<Button onClick={() => location.reload()}>{strings.common.reload}</Button>}
			/>
		</div>
	);
}
