import type { ParameterDeclaration } from "../messages";

/** The value at a fader's position, 0 to 1; as the server's `Parameter.at`. */
export function valueAt(parameter: ParameterDeclaration, position: number): number {
  const { minimum, maximum, curve } = parameter;
  const x = Math.min(1, Math.max(0, position));
  // The ends exactly: rounding must not lead outside the range.
  if (x === 0) return minimum;
  if (x === 1) return maximum;
  if (curve === "logarithmic") return minimum * (maximum / minimum) ** x;
  const value = minimum + x * (maximum - minimum);
  return curve === "linear" ? value : Math.round(value);
}

/** The fader's position of a value; the inverse of `valueAt`. */
export function positionOf(parameter: ParameterDeclaration, value: number): number {
  const { minimum, maximum, curve } = parameter;
  if (curve === "logarithmic") return Math.log(value / minimum) / Math.log(maximum / minimum);
  return (value - minimum) / (maximum - minimum);
}

/** The distance of two neighbouring positions: whole steps where values are whole. */
export function positionStep({ minimum, maximum, curve }: ParameterDeclaration): number {
  return curve === "integer" || curve === "switch" ? 1 / (maximum - minimum) : 0.001;
}
