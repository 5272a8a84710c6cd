/** Colours of the picture, from OKLCH so that all layers look equally bright. */
export type Rgb = [number, number, number];

/** sRGB, 0 to 1, of a colour given by lightness 0-1, chroma and hue in degrees. */
export function oklch(lightness: number, chroma: number, hue: number): Rgb {
  const a = chroma * Math.cos((hue * Math.PI) / 180);
  const b = chroma * Math.sin((hue * Math.PI) / 180);
  const l = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3;
  const m = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3;
  const s = (lightness - 0.0894841775 * a - 1.291485548 * b) ** 3;
  return [
    companded(4.0767416621 * l - 3.3077115913 * m + 0.2309699292 * s),
    companded(-1.2684380046 * l + 2.6097574011 * m - 0.3413193965 * s),
    companded(-0.0041960863 * l - 0.7034186147 * m + 1.707614701 * s),
  ];
}

function companded(linear: number): number {
  const x = Math.min(1, Math.max(0, linear));
  return x <= 0.0031308 ? 12.92 * x : 1.055 * x ** (1 / 2.4) - 0.055;
}

const FIRST_HUE = 30;
const LAST_HUE = -165;

/** The colour of layer `index` of `count`: from the sound's red through violet to deep cyan. */
export function layerColour(index: number, count: number): Rgb {
  const depth = count > 1 ? index / (count - 1) : 0;
  return oklch(0.72, 0.165, FIRST_HUE + depth * (LAST_HUE - FIRST_HUE));
}

/** A colour as CSS writes it. */
export function css([r, g, b]: Rgb): string {
  return `rgb(${[r, g, b].map((x) => Math.round(255 * x)).join(" ")})`;
}

/** The brightness scale of scalograms: 256 RGBA colours from night to candle light. */
export function scalogramColours(): Uint8ClampedArray {
  const colours = new Uint8ClampedArray(4 * 256);
  for (let i = 0; i < 256; i++) {
    const x = i / 255;
    const chroma = 0.19 * Math.sin(Math.PI * Math.min(1, x * 1.02)) ** 0.8;
    const rgb = oklch(0.09 + 0.87 * x ** 0.9, chroma * (x < 0.03 ? x / 0.03 : 1), 285 + 155 * x);
    colours.set([255 * rgb[0], 255 * rgb[1], 255 * rgb[2], 255], 4 * i);
  }
  return colours;
}

/** The colour of an activation, 0 to 1: from night through violet and ember to candle light. */
export function heat(value: number): Rgb {
  const low = mix([0.16, 0.16, 0.42], [0.55, 0.18, 0.68], smooth(0, 0.35, value));
  const high = mix([1, 0.36, 0.22], [1, 0.86, 0.5], smooth(0.6, 1, value));
  return mix(low, high, smooth(0.3, 0.7, value));
}

function mix(a: Rgb, b: Rgb, share: number): Rgb {
  return [0, 1, 2].map((i) => a[i] + share * (b[i] - a[i])) as Rgb;
}

function smooth(from: number, to: number, x: number): number {
  const t = Math.min(1, Math.max(0, (x - from) / (to - from)));
  return t * t * (3 - 2 * t);
}
