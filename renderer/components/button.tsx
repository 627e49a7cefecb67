import type { LucideIcon } from "lucide-react";
import type { ComponentProps, ReactNode } from "react";
import { classes } from "../format/join.ts";
import { Hint } from "./hint.tsx";

type Look = "primary" | "plain" | "quiet" | "caution" | "danger";

const looks: Record<Look, string> = {
	primary: "border-transparent bg-accent text-on-accent hover:bg-accent-strong",
	plain: "border-line bg-surface text-text hover:bg-hover",
	quiet: "border-transparent bg-transparent text-muted hover:bg-hover hover:text-text",
	/** Leads to something that destroys, but asks first. */
	caution: "border-line bg-surface text-bad hover:bg-bad-tint",
	danger: "border-transparent bg-bad-fill text-on-bad hover:brightness-110",
};

export interface ButtonProps extends Omit<ComponentProps<"button">, "className"> {
	look?: Look;
	icon?: LucideIcon;
	isSmall?: boolean;
	/** Shows that its work is under way, and takes no further press. */
	isBusy?: boolean;
	children: ReactNode;
}

export function Button({ look = "plain", icon: Icon, isSmall, isBusy, disabled, children, ...rest }: ButtonProps) {
	return (
		<button
			type="button"
			{...rest}
			disabled={disabled === true || isBusy === true}
			aria-busy={isBusy === true ? true : undefined}
			className={classes(
				"inline-flex shrink-0 items-center justify-center gap-1.5 rounded-md border font-medium whitespace-nowrap transition-colors",
				"disabled:pointer-events-none disabled:opacity-50",
				isSmall === true ? "h-6 px-2 text-sm" : "h-7 px-2.5",
				looks[look],
			)}
		>
			{Icon !== undefined && <Icon size={14} aria-hidden="true" />}
			{children}
		</button>
	);
}

export interface IconButtonProps extends Omit<ComponentProps<"button">, "className" | "children"> {
	icon: LucideIcon;
	/** Its name for readers, and the hint that hovering shows. */
	label: string;
	shortcut?: string | null;
	isSmall?: boolean;
	isPressed?: boolean;
}

/** A button that is only an icon: its label is the hint. */
export function IconButton({ icon: Icon, label, shortcut, isSmall, isPressed, ...rest }: IconButtonProps) {
	return (
		<Hint text={label} shortcut={shortcut ?? null}>
			<button
				type="button"
				{...rest}
				aria-label={label}
				aria-pressed={isPressed}
				className={classes(
					"inline-flex shrink-0 items-center justify-center rounded-md text-muted transition-colors hover:bg-hover hover:text-text",
					"disabled:pointer-events-none disabled:opacity-40 aria-pressed:bg-selected aria-pressed:text-accent data-[state=open]:bg-hover",
					isSmall === true ? "size-6" : "size-7",
				)}
			>
				<Icon size={isSmall === true ? 14 : 15} aria-hidden="true" />
			</button>
		</Hint>
	);
}
