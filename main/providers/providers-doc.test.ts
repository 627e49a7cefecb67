import { expect, test } from "vitest";
import { providersDoc } from "./providers-doc.ts";

test("docs/providers.md says what the providers declare", async () => {
	await expect(providersDoc()).toMatchFileSnapshot("../../docs/providers.md");
});
