import { create } from "zustand";

export interface Question {
	title: string;
	/** What will be lost or changed, in sentences. */
	body: string;
	/** Names that the question is about, shown as a list; empty for one that the title names. */
	items: readonly string[];
	/** The word on the button that does it; null when it is only told: then there is nothing but Close. */
	action: string | null;
	/** True when nothing is destroyed by it. */
	isHarmless?: boolean;
}

interface ConfirmState {
	question: Question | null;
	answer: ((isConfirmed: boolean) => void) | null;
}

export const useConfirm = create<ConfirmState>(() => ({ question: null, answer: null }));

/** Asks before something is destroyed, or done in spite of a warning. The dialog's default is Cancel. */
export function confirm(question: Question): Promise<boolean> {
	// A second question while one is open answers the first with Cancel.
	useConfirm.getState().answer?.(false);
	return new Promise((resolve) => useConfirm.setState({ question, answer: resolve }));
}

export function answerConfirm(isConfirmed: boolean): void {
	const { answer } = useConfirm.getState();
	useConfirm.setState({ question: null, answer: null });
	answer?.(isConfirmed);
}
