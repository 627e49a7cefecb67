import { expect, test } from "vitest";
import { type Picture, readPicture, shrink, writePng } from "./picture.ts";

const picture = (width: number, height: number): Picture => ({
	width,
	height,
	rgb: Uint8Array.from({ length: width * height * 3 }, (_, at) => (at * 7) % 251),
});

test("a picture is the same after it was written and read", () => {
	const before = picture(13, 5);
	expect(readPicture(writePng(before))).toEqual(before);
});

test("QEMU's older format is read, with a comment in its header", () => {
	const { rgb } = picture(3, 2);
	expect(readPicture(Buffer.concat([Buffer.from("P6\n# by QEMU\n3 2\n255\n"), rgb]))).toMatchObject({
		width: 3,
		height: 2,
	});
	expect([...readPicture(Buffer.concat([Buffer.from("P6 3 2 255\n"), rgb])).rgb]).toEqual([...rgb]);
});

test("a smaller picture has the mean of what it stands for", () => {
	const rgb = Uint8Array.from([0, 0, 0, 100, 50, 10, 0, 0, 0, 100, 50, 10]);
	expect(shrink({ width: 2, height: 2, rgb }, 1)).toEqual({ width: 1, height: 1, rgb: Uint8Array.from([50, 25, 5]) });
	expect(shrink({ width: 2, height: 2, rgb }, 2).rgb).toBe(rgb);
});

test.each([
	["no picture", Buffer.from("GIF89a")],
	["a PNG that is cut off", writePng(picture(40, 40)).subarray(0, 60)],
	["a PPM that is cut off", Buffer.from("P6 100 100 255\nabc")],
	["a PPM of more pixels than fit", Buffer.from("P6 99999 99999 255\n")],
	["a PNG that unpacks to more than it says", lying()],
])("%s is refused", (_, bytes) => {
	expect(() => readPicture(bytes)).toThrow(expect.objectContaining({ code: "UNSUPPORTED" }));
});

function lying(): Buffer {
	const png = writePng(picture(100, 100));
	png.writeUInt32BE(1, 20);
	return png;
}
