import type { GapReport } from "../audio/gapcount";

/** What was counted on all decks. */
export function joined(reports: GapReport[]): GapReport {
  return reports.reduce((all, each) => ({
    gaps: all.gaps + each.gaps,
    jumps: all.jumps + each.jumps,
    broken: all.broken + each.broken,
    ...(each.peak > all.peak ? pick(each) : pick(all)),
  }));
}

function pick({ peak, peakFrame }: GapReport): Pick<GapReport, "peak" | "peakFrame"> {
  return { peak, peakFrame };
}
