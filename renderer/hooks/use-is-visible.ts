import { type RefObject, useEffect, useState } from "react";

/** True while the element is in view and the window is not hidden. */
export function useIsVisible(element: RefObject<Element | null>): boolean {
	const [isInView, setInView] = useState(false);
	const [isShown, setShown] = useState(!document.hidden);
	useEffect(() => {
		const at = element.current;
		if (at === null) return;
		const observer = new IntersectionObserver((entries) => setInView(entries.some((one) => one.isIntersecting)));
		observer.observe(at);
		return () => observer.disconnect();
	}, [element]);
	useEffect(() => {
		const look = (): void => setShown(!document.hidden);
		document.addEventListener("visibilitychange", look);
		return () => document.removeEventListener("visibilitychange", look);
	}, []);
	return isInView && isShown;
}
