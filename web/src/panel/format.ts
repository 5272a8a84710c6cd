/** Three digits are what a fader can tell apart. */
export function formatNumber(value: number): string {
  if (Number.isInteger(value)) return String(value);
  const size = Math.abs(value);
  if (size >= 1000) return value.toFixed(0);
  if (size >= 0.001) return String(Number(value.toPrecision(3)));
  const [digits, power] = value.toExponential(1).split("e");
  return `${Number(digits)}e${power}`;
}

export function formatValue(value: number, unit: string): string {
  return unit ? `${formatNumber(value)}\u00a0${unit}` : formatNumber(value);
}

/** Seconds as a performer reads them: 0.8 s, 12 s, 3 min. */
export function formatAge(seconds: number): string {
  if (seconds < 10) return `${seconds.toFixed(1)}\u00a0s`;
  return seconds < 120 ? `${Math.round(seconds)}\u00a0s` : `${Math.round(seconds / 60)}\u00a0min`;
}

/** A parameter's own label, or its name made readable. */
export function labelOf({ label, name }: { label: string; name: string }): string {
  const text = label || name.replaceAll("_", " ");
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** What to say of a layer that hears `hears` seconds, more than the loop has; else nothing. */
export function hearsMore(hears: number | null, loop: number): string {
  if (hears === null || hears <= loop) return "";
  return `hears ${formatAge(hears)}, more than the loop's ${formatAge(loop)}`;
}

/** A weight at a fader's position, 0 to 1: -1 to 1 without zero, which would select neurons and then not care for them. */
export function weightAt(position: number): number {
  const weight = Math.round((2 * position - 1) * 20) / 20;
  return weight === 0 ? 0.05 : weight;
}

/** Seconds as a clock shows them: 0:07, 12:34, 1:02:03. */
export function formatClock(seconds: number): string {
  const whole = Math.floor(seconds);
  const [hours, minutes] = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60];
  const two = (value: number) => String(value).padStart(2, "0");
  const rest = two(whole % 60);
  return hours > 0 ? `${hours}:${two(minutes)}:${rest}` : `${minutes}:${rest}`;
}

/** Bytes as a disk counts them: 0.4 MB, 12 MB, 1.2 GB. */
export function formatSize(bytes: number): string {
  const mega = bytes / 1e6;
  if (mega < 10) return `${mega.toFixed(1)}\u00a0MB`;
  return mega < 1000 ? `${Math.round(mega)}\u00a0MB` : `${(mega / 1000).toFixed(1)}\u00a0GB`;
}
