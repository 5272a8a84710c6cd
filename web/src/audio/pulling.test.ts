import { describe, expect, it } from "vitest";
import { PullLead, USUAL_LEAD } from "./pulling";

function leadAfter(...seconds: number[]) {
  const lead = new PullLead();
  seconds.forEach((taken, i) => {
    lead.asked(4 * i);
    lead.answered(4 * i + taken);
  });
  return lead.seconds;
}

describe("PullLead", () => {
  it("asks 0.45 s ahead where answers are fast", () => {
    expect(leadAfter()).toBe(USUAL_LEAD);
    expect(leadAfter(0.1, 0.2, 0.15)).toBe(USUAL_LEAD);
  });

  it("asks as much earlier as answers take longer, within bounds", () => {
    expect(leadAfter(0.6)).toBeGreaterThan(0.75);
    expect(leadAfter(9)).toBe(1.5);
  });

  it("comes back when answers are fast again", () => {
    expect(leadAfter(0.9, 0.1, 0.1, 0.1, 0.1, 0.1)).toBe(USUAL_LEAD);
  });

  it("does not take a loop that nobody asked for as an answer", () => {
    const lead = new PullLead();
    lead.answered(100);
    expect(lead.seconds).toBe(USUAL_LEAD);
  });
});
