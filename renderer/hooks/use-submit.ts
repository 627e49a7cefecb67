import { useState } from "react";
import type { ErrorInfo } from "../../contract/errors.ts";
import { errorInfoOf } from "../bridge/error-info.ts";

/** Runs a form's request; what the engine refuses stays in `error` until the next try. Gives null then. */
export function useSubmit(): {
	error: ErrorInfo | null;
	submit: <T>(request: () => Promise<T>) => Promise<T | null>;
} {
	const [error, setError] = useState<ErrorInfo | null>(null);
	const submit = async <T>(request: () => Promise<T>): Promise<T | null> => {
		setError(null);
		try {
			return await request();
		} catch (failure) {
			setError(errorInfoOf(failure));
			return null;
		}
	};
	return { error, submit };
}
