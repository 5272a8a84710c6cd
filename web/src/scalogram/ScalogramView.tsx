import { useEffect, useRef } from "preact/hooks";
import type { Range } from "../messages";
import { useAnimation, useStage } from "../panel/context";
import type { Loop } from "../protocol/frame";
import { count, units } from "../range";
import { frequencyTicks } from "./axis";
import { scalogramPicture } from "./image";
import { useSelection } from "./selection";

interface Props {
  caption: string;
  note: string;
  title: string;
  loop: Loop | null;
  selectable?: boolean;
}

/** A loop's scalogram with its frequencies, the moving playhead and what is targeted in it. */
export function ScalogramView({ caption, note, title, loop, selectable = false }: Props) {
  const stage = useStage();
  const ear = stage.ear.value;
  const canvas = useRef<HTMLCanvasElement>(null);
  const head = useRef<HTMLElement>(null);
  const selection = useSelection(selectable);
  useEffect(() => {
    const context = canvas.current?.getContext("2d");
    const picture = loop && ear && scalogramPicture(loop, ear);
    if (!context || !picture) return;
    context.canvas.width = picture.width;
    context.canvas.height = picture.height;
    context.putImageData(new ImageData(picture.pixels, picture.width, picture.height), 0, 0);
  }, [loop, ear]);
  useAnimation((now) => {
    const phase = stage.heard(now)?.phase ?? 0;
    head.current?.style.setProperty("transform", `translateX(${100 * phase}%)`);
  });
  const targets = selectable ? stage.aim.targets.value : [];
  const bins = ear?.bin_frequencies ?? [];
  return (
    <figure class="scalogram" title={title}>
      <figcaption>
        <span>{caption}</span>
        <small>{note}</small>
      </figcaption>
      <div class={selectable ? "plot selectable" : "plot"} {...selection.listeners}>
        <canvas ref={canvas} role="img" aria-label={`Scalogram: ${caption.toLowerCase()}`} />
        {frequencyTicks(bins, 120).map(({ label, at }) => (
          <span key={label} class="tick" style={{ bottom: `${100 * at}%` }}>
            {label}
          </span>
        ))}
        {targets.map((target, index) => (
          <Mark key={index} range={target} />
        ))}
        {selection.box.value && <i class="lasso" style={selection.box.value} />}
        <i class="head" ref={head} />
      </div>
    </figure>
  );
}

/** Where in time and pitch a target lies; a layer without pitches spans them all. */
function Mark({ range }: { range: Range }) {
  const { ear } = useStage();
  const layer = ear.value?.layers.find(({ name }) => name === range.layer);
  if (!layer) return null;
  const [left, right] = units(range.time, count(layer, "time"));
  const [low, high] = units(range.pitch, layer.pitches);
  const style = {
    left: `${(100 * left) / layer.frames}%`,
    width: `${(100 * (right - left)) / layer.frames}%`,
    bottom: `${(100 * low) / layer.pitches}%`,
    height: `${(100 * (high - low)) / layer.pitches}%`,
  };
  return <i class={range.weight < 0 ? "mark against" : "mark"} style={style} />;
}
