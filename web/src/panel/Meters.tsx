import type { ReadonlySignal } from "@preact/signals";
import { useStage } from "./context";

/** The lower end of every level meter, in dBFS. */
export const FLOOR_DB = -60;

/** A level as a performer reads it. */
export function formatDb(decibels: number, unit = "dB"): string {
  return `${decibels > -100 ? decibels.toFixed(1) : "−∞"}\u00a0${unit}`.replace("-", "−");
}

/** 0 to 1 along a meter. */
export function placeOf(decibels: number): number {
  return Math.min(1, Math.max(0, 1 - decibels / FLOOR_DB));
}

interface LevelProps {
  label: string;
  title: string;
  level: ReadonlySignal<number>;
}

/** One bar: how loud the peaks of a channel are now. */
export function Level({ label, title, level }: LevelProps) {
  const decibels = level.value;
  return (
    // biome-ignore lint/a11y/useSemanticElements: browsers draw <meter> each in their own way
    <div
      class="level"
      role="meter"
      aria-label={label}
      aria-valuemin={FLOOR_DB}
      aria-valuemax={0}
      aria-valuenow={Math.round(Math.max(FLOOR_DB, Math.min(0, decibels)))}
      aria-valuetext={formatDb(decibels)}
      title={title}
    >
      <i style={{ "--level": placeOf(decibels) }} />
    </div>
  );
}

/** The master: its peaks, what the limiter takes, and how loud it is. */
export function MasterMeters() {
  const { mix } = useStage();
  return (
    <div class="meters">
      <Level
        label="Level of the master"
        title="Peaks of what leaves for the loudspeaker, behind the limiter"
        level={mix.masterLevel}
      />
      <LimiterLamp />
      <dl class="loudness">
        <Reading name="momentary" title="Loudness of the last 0.4 s (ITU-R BS.1770-4)" />
        <Reading name="shortTerm" title="Loudness of the last 3 s" />
        <Reading name="integrated" title="Loudness since the last reset, silences left out" />
        <Reading name="maximum" title="Highest true peak since the last reset; at most −1 dBTP" />
      </dl>
      <button
        type="button"
        class="small"
        title="Begins the integrated loudness and the highest peak anew"
        onClick={() => mix.resetMeter()}
      >
        Reset meters
      </button>
    </div>
  );
}

const NAMES = {
  momentary: ["momentary", "LUFS"],
  shortTerm: ["short term", "LUFS"],
  integrated: ["integrated", "LUFS"],
  maximum: ["true peak", "dBTP"],
} as const;

function Reading({ name, title }: { name: keyof typeof NAMES; title: string }) {
  const { mix } = useStage();
  const [label, unit] = NAMES[name];
  return (
    <div title={title} data-reading={name}>
      <dt>{label}</dt>
      <dd>{formatDb(mix.metering.value[name], unit)}</dd>
    </div>
  );
}

/** Lit while the limiter works; red once samples came that were no numbers. */
function LimiterLamp() {
  const { mix } = useStage();
  const reduction = mix.reduction.value;
  const broken = mix.broken.value;
  const state = broken > 0 ? "bad" : reduction > 0.05 ? "busy" : "good";
  const text = broken > 0 ? `${broken} broken samples` : formatDb(-reduction);
  return (
    <p
      class="limiter"
      data-state={state}
      title="What the limiter takes away so that no true peak exceeds −1 dBFS; red when samples were no numbers"
    >
      <i class="lamp" aria-hidden="true" />
      Limiter <output>{reduction > 0.05 || broken > 0 ? text : "rests"}</output>
    </p>
  );
}
