import { useSignal } from "@preact/signals";
import { useEffect } from "preact/hooks";
import { useStage } from "./context";
import { formatAge, formatNumber } from "./format";

const WORKER = {
  starting: "waking up",
  running: "awake",
  stopped: "stopped",
  restarting: "restarting",
} as const;

/** How the sound, the dreaming and the connection are doing. */
export function StatusLine() {
  const stage = useStage();
  const status = stage.status.value;
  const gaps = stage.interruptions.value;
  const lost = stage.connection.value !== "open";
  return (
    <dl class="status" aria-label="Status">
      <Item
        name="server"
        text={lost ? "reconnecting" : "connected"}
        lamp={lost ? "bad" : "good"}
        title="The connection to the server; the sound goes on without it"
      />
      <Item
        name="ear"
        text={WORKER[status?.worker ?? "starting"]}
        lamp={status?.worker === "running" ? "good" : status?.worker === "stopped" ? "bad" : "busy"}
        title={status?.message || "The process that dreams; it is restarted when it fails"}
      />
      <Item
        name="steps"
        text={`${status?.steps ?? 0} · ${formatNumber(round(status?.steps_per_second ?? 0))}/s`}
        title="Steps of the ascent since the clip, and steps a second"
      />
      <Item
        name="loops"
        text={`${status?.loops ?? 0}`}
        title="Loops that were computed since the performance began"
      />
      <PlayingLoop />
      <Item
        name="gaps"
        text={`${gaps}`}
        lamp={gaps > 0 ? "bad" : "good"}
        title="Interruptions of the sound, counted sample by sample while it plays"
      />
      <Item
        name="change"
        text={formatDelay(stage.deck.value.latency.measured.value)}
        title="From the last control that you turned to the arrival of the loop that carries it"
      />
      <LayoutItem />
    </dl>
  );
}

/** How the layout of an ear comes along that had none. */
function LayoutItem() {
  const laying = useStage().ownLaying.value;
  if (!laying || laying.going === "ready") return null;
  const failed = laying.going === "failed";
  return (
    <Item
      name="layout"
      text={failed ? "a grid" : `${Math.round(100 * laying.share)} %`}
      lamp={failed ? "bad" : "busy"}
      title={laying.message || "Works out, in a process of its own, where each neuron belongs"}
    />
  );
}

/** Milliseconds as a performer reads them. */
function formatDelay(milliseconds: number | null): string {
  return milliseconds === null ? "–" : `${(milliseconds / 1000).toFixed(2)} s`;
}

function round(value: number): number {
  return Math.round(value * 10) / 10;
}

/** Which loop is heard and how long ago it was computed. */
function PlayingLoop() {
  const stage = useStage();
  const now = useSignal(performance.now());
  useEffect(() => {
    const timer = setInterval(() => {
      now.value = performance.now();
    }, 500);
    return () => clearInterval(timer);
  }, []);
  const loop = stage.playing.value;
  const arrived = loop && stage.deck.value.arrivals.get(loop);
  const age = arrived ? formatAge(Math.max(0, now.value - arrived) / 1000) : "–";
  const behind = loop && loop.header.generation < (stage.state.value?.generation ?? 0);
  return (
    <Item
      name="playing"
      text={loop ? `no. ${loop.header.id}, ${age} old` : "nothing yet"}
      lamp={behind && stage.state.value?.running ? "busy" : "good"}
      title="The loop that is heard and its age; amber while a change of yours is still on its way"
    />
  );
}

interface ItemProps {
  name: string;
  text: string;
  title: string;
  lamp?: "good" | "busy" | "bad";
}

function Item({ name, text, title, lamp }: ItemProps) {
  return (
    <div title={title} data-status={name}>
      <dt>{name}</dt>
      <dd class={lamp}>{text}</dd>
    </div>
  );
}
