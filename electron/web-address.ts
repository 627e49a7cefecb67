/**
 * The normal form of an address that may go to the browser, or null. Only http and
 * https: `file:`, `smb:`, `javascript:` and the schemes that programs register
 * would start something on this machine. No user name, which can pose as a host.
 */
export function webAddress(text: string): string | null {
	const address = URL.parse(text);
	if (address === null || (address.protocol !== "http:" && address.protocol !== "https:")) return null;
	if (address.username !== "" || address.password !== "") return null;
	return address.href;
}
