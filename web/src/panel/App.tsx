import { useSignal } from "@preact/signals";
import { NetworkView } from "../picture/NetworkView";
import { ScalogramStrip } from "../scalogram/ScalogramStrip";
import { ActivationCurve } from "./ActivationCurve";
import { useStage } from "./context";
import { DropZone } from "./DropZone";
import { HelpLine, useHelp } from "./help";
import { KeySheet } from "./KeySheet";
import { useKeys } from "./keys";
import { useMixKeys } from "./mixkeys";
import { NoticeList } from "./NoticeList";
import { Panel } from "./Panel";
import { PlayOverlay } from "./PlayOverlay";
import { StatusLine } from "./StatusLine";
import { TopBar } from "./TopBar";
import { Tour } from "./Tour";
import { useTouch } from "./touch";

/** The page: the network in the middle, the scalograms below it, the controls beside it. */
export function App() {
  const stage = useStage();
  const bare = useSignal(false);
  const help = useHelp();
  useKeys(bare);
  useTouch();
  useMixKeys();
  return (
    <div
      class={`page${bare.value ? " bare" : ""}${stage.bright.value ? " light" : ""}`}
      {...help.listeners}
    >
      <TopBar bare={bare} />
      <main class="hero">
        <NetworkView />
        <PlayOverlay />
      </main>
      <section class="strip" aria-label="Scalograms and activation">
        <ScalogramStrip />
        <ActivationCurve />
      </section>
      <Panel />
      <footer class="foot">
        <StatusLine />
        <HelpLine text={help.text} />
      </footer>
      <NoticeList />
      <DropZone />
      <KeySheet />
      <Tour />
    </div>
  );
}
