/** The law of the mixer: from what stands on the desk to the gain of each channel. */

/** Decks, by the letters they have on the desk. */
export const DECKS = ["a", "b", "c", "d"] as const;
export const SAMPLES = 4;
/** A fader at its lower end lets nothing through. */
export const OFF_DB = -60;

/** Values of the desk's parameters by name; see `src/immersions/stage/desk.py`. */
export type Desk = Readonly<Record<string, number>>;

export interface Gains {
  /** each deck's dream, or its start clip instead of it */
  decks: number[];
  /** each deck's start clip beside its dream */
  starts: number[];
  samples: number[];
  master: number;
  /** 1 while the start clips are heard instead of the dreams */
  instead: number;
}

/** The channel strips, by the prefix of their parameters: `deck_a`, `start`, `sample_1`. */
export const STRIPS: readonly string[] = [
  ...DECKS.map((letter) => `deck_${letter}`),
  "start",
  ...Array.from({ length: SAMPLES }, (_, k) => `sample_${k + 1}`),
];

/** Every parameter of the desk that the mixer follows, with what it is before a server speaks. */
export const MIXED: Readonly<Record<string, number>> = {
  crossfade: 0,
  master_level: 0,
  ab: 0,
  ...Object.fromEntries(
    STRIPS.flatMap((strip) => [
      [`${strip}_level`, strip.startsWith("deck") ? 0 : OFF_DB],
      [`${strip}_mute`, 0],
      [`${strip}_solo`, 0],
    ]),
  ),
};

/** The gain of a fader that stands at `decibels`. */
export function faderGain(decibels: number): number {
  return decibels > OFF_DB ? 10 ** (decibels / 20) : 0;
}

/** How much of decks A and C and how much of B and D: equal power, each alone at its end. */
export function crossfadeGains(position: number): [number, number] {
  const x = Math.min(1, Math.max(0, position));
  if (x === 0) return [1, 0];
  if (x === 1) return [0, 1];
  return [Math.cos((x * Math.PI) / 2), Math.sin((x * Math.PI) / 2)];
}

/** A muted strip is silent; where any is soloed, so are all that are not. */
export function stripGain(desk: Desk, strip: string): number {
  const soloed = (name: string) => (desk[`${name}_solo`] ?? 0) >= 0.5;
  if ((desk[`${strip}_mute`] ?? 0) >= 0.5) return 0;
  if (STRIPS.some(soloed) && !soloed(strip)) return 0;
  return faderGain(desk[`${strip}_level`] ?? OFF_DB);
}

/** A deck that plays alone is heard wherever the crossfader stands, one that is not open nowhere. */
export function gainsOf(desk: Desk, decks: readonly number[]): Gains {
  const sides = crossfadeGains(desk.crossfade ?? 0);
  const faded = (deck: number) => {
    if (!decks.includes(deck)) return 0;
    return decks.length > 1 ? sides[deck % 2] : 1;
  };
  const beside = stripGain(desk, "start");
  return {
    decks: DECKS.map((letter, k) => faded(k) * stripGain(desk, `deck_${letter}`)),
    starts: DECKS.map((_, k) => faded(k) * beside),
    samples: Array.from({ length: SAMPLES }, (_, k) => stripGain(desk, `sample_${k + 1}`)),
    master: faderGain(desk.master_level ?? 0),
    instead: (desk.ab ?? 0) >= 0.5 ? 1 : 0,
  };
}

/** A sound and its level in dB, as the server mixes them. */
export interface Ingredient {
  id: string;
  level: number;
}

/** What a mixture is made of: the start clip and the samples that are heard, as loud as they are. */
export function ingredients(
  desk: Desk,
  clip: string,
  samples: readonly (string | null)[],
): Ingredient[] {
  const all: [string | null, string][] = [
    [clip, "start"],
    ...samples.map((id, k): [string | null, string] => [id, `sample_${k + 1}`]),
  ];
  return all.flatMap(([id, strip]) => {
    const gain = stripGain(desk, strip);
    return id && gain > 0 ? [{ id, level: 20 * Math.log10(gain) }] : [];
  });
}
