import type { PreflightFinding } from "../../contract/blueprints.ts";

export const error = (subject: string, message: string, remedy: string | null): PreflightFinding => ({
	severity: "error",
	subject,
	message,
	remedy,
});

export const warning = (subject: string, message: string, remedy: string | null): PreflightFinding => ({
	severity: "warning",
	subject,
	message,
	remedy,
});

export const fact = (subject: string, message: string): PreflightFinding => ({
	severity: "fact",
	subject,
	message,
	remedy: null,
});
