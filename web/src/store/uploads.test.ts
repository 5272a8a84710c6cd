import { describe, expect, it } from "vitest";
import { inMemory, Kept, LARGEST } from "./uploads";

/** Of a size without its bytes. */
function sized(name: string, size: number): File {
  return Object.defineProperty(new File([], name), "size", { value: size });
}

describe("Kept", () => {
  it("keeps the newest files, two of the largest", () => {
    const kept = new Kept();
    for (const name of ["a", "b", "c"]) kept.keep(name, sized(name, LARGEST));
    kept.keep("d", sized("d", 0));
    expect(["a", "b", "c", "d"].map((id) => kept.of(id)?.name)).toEqual([undefined, "b", "c", "d"]);
  });
});

describe("inMemory", () => {
  it("copies a file and refuses one that is too large", async () => {
    const copy = await inMemory(new File(["sound"], "a.wav"));
    expect([copy.name, await copy.text()]).toEqual(["a.wav", "sound"]);
    await expect(inMemory(sized("b.wav", LARGEST + 1))).rejects.toThrow(
      "b.wav: expected at most 64 MB",
    );
  });
});
