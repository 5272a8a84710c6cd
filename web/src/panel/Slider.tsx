import { useId } from "preact/hooks";

export interface SliderProps {
  label: string;
  /** what it does, shown on hover and told to screen readers */
  title: string;
  /** position from 0 to 1 */
  position: number;
  /** the value as text, with its unit */
  text: string;
  step?: number;
  name?: string;
  onPosition(position: number): void;
  /** a double click on the name turns it back */
  onReset?(): void;
}

/** A fader with its name to the left and its value to the right. */
export function Slider(props: SliderProps) {
  const id = useId();
  const { label, title, position, text, step = 0.001, name, onPosition, onReset } = props;
  return (
    <div class="slider" title={title}>
      <label for={id} onDblClick={onReset}>
        {label}
      </label>
      <output for={id}>{text}</output>
      <input
        id={id}
        type="range"
        min={0}
        max={1}
        step={step}
        value={position}
        data-parameter={name}
        aria-valuetext={text}
        aria-description={title}
        style={{ "--fill": `${100 * position}%` }}
        onInput={(event) => onPosition(event.currentTarget.valueAsNumber)}
      />
    </div>
  );
}
