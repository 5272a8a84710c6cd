import { describe, expect, it } from "vitest";
import { inMemory, LARGEST } from "./uploads";

/** Of a size without its bytes. */
function sized(name: string, size: number): File {
  return Object.defineProperty(new File([], name), "size", { value: size });
}

describe("inMemory", () => {
  it("copies a file and refuses one that is too large", async () => {
    const copy = await inMemory(new File(["sound"], "a.wav"));
    expect([copy.name, await copy.text()]).toEqual(["a.wav", "sound"]);
    await expect(inMemory(sized("b.wav", LARGEST + 1))).rejects.toThrow(
      "b.wav: expected at most 64 MB",
    );
  });
});
