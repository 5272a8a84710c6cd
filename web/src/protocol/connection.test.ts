import { describe, expect, it } from "vitest";
import { backoff, isCut, socketUrl } from "./connection";

describe("backoff", () => {
  it("doubles from half a second to five", () => {
    expect([0, 1, 2, 3, 4, 50].map(backoff)).toEqual([500, 1000, 2000, 4000, 5000, 5000]);
  });
});

describe("socketUrl", () => {
  it("lies beside the page, secure when the page is", () => {
    expect(socketUrl("http://127.0.0.1:8765/?a=1#b")).toBe("ws://127.0.0.1:8765/ws");
    expect(socketUrl("https://stage.example/ear/")).toBe("wss://stage.example/ear/ws");
  });

  it("only watches from the stage", () => {
    expect(socketUrl("http://10.0.0.1:8765/stage")).toBe("ws://10.0.0.1:8765/ws?view");
    expect(socketUrl("https://stage.example/ear/stage?a#b")).toBe(
      "wss://stage.example/ear/ws?view",
    );
  });
});

describe("isCut", () => {
  it("waits for three words that do not come", () => {
    expect(isCut(20_000, 9000, 16_000)).toBe(false);
    expect(isCut(20_000, 7000, 16_000)).toBe(true);
  });

  it("blames nobody for what a page that stood still has not heard", () => {
    expect(isCut(20_000, 7000, 8000)).toBe(false);
  });
});
