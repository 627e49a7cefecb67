import { useEffect, useState } from "react";

/** The time, renewed every `periodMs`, for ages and durations on the page. */
export function useNow(periodMs: number): number {
	const [now, setNow] = useState(() => Date.now());
	useEffect(() => {
		const timer = setInterval(() => setNow(Date.now()), periodMs);
		return () => clearInterval(timer);
	}, [periodMs]);
	return now;
}
