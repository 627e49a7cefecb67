import { toast } from "sonner";
import { errorInfoOf } from "../bridge/error-info.ts";

/** Runs a request that a person asked for; what fails is shown with its remedy. Gives null on failure. */
export async function perform<T>(request: () => Promise<T>): Promise<T | null> {
	try {
		return await request();
	} catch (error) {
		const info = errorInfoOf(error);
		if (info.code === "CANCELLED") return null;
		toast.error(info.message, { description: info.remedy ?? undefined, duration: 10_000 });
		return null;
	}
}
