import type { FunctionComponent } from "preact";
import { ControllersTab } from "./ControllersTab";
import { Controls } from "./Controls";
import { DeckList } from "./DeckList";
import { MixPanel } from "./MixPanel";
import { ScenesPanel } from "./ScenesPanel";
import { TempoTab } from "./TempoTab";

export interface Tab {
  id: string;
  title: string;
  help: string;
  Body: FunctionComponent;
}

/** What the panel beside the picture can show. A new room of controls is one line here. */
export const TABS: Tab[] = [
  { id: "dream", title: "Dream", help: "What to dream of, and how", Body: Controls },
  { id: "decks", title: "Decks", help: "Several ears in one performance", Body: DeckList },
  { id: "tempo", title: "Tempo", help: "Tempo, bars, taps and MIDI clock", Body: TempoTab },
  { id: "mix", title: "Mix", help: "What is heard, how loud, and when", Body: MixPanel },
  { id: "scenes", title: "Scenes", help: "Whole states to come back to", Body: ScenesPanel },
  { id: "midi", title: "MIDI", help: "What faders, knobs and buttons move", Body: ControllersTab },
];
