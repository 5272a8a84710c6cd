import { effect, useSignal } from "@preact/signals";
import { useEffect, useRef } from "preact/hooks";
import { useAnimation, useStage } from "../panel/context";
import { marks } from "../picture/marks";
import { NetworkPicture } from "../picture/network";
import { WHOLE } from "../picture/places";
import { bounds, HOME, type Size, viewOf } from "../picture/view";
import type { Loop } from "../protocol/frame";
import { Follower, wallClock } from "./follower";
import { listenBeside } from "./leader";
import { viewOfRegion } from "./region";

const MOST_LOOPS = 6;
const NO_INSET = { left: 0, right: 0, top: 0, bottom: 0 };
const LARGEST_RATIO = 2;

/** The whole window: the network as the page that sounds shows it. Black until something sounds. */
export function Screen() {
  const stage = useStage();
  const canvas = useRef<HTMLCanvasElement>(null);
  const picture = useRef<NetworkPicture | null>(null);
  const follower = useRef(new Follower());
  // At hand in the console.
  Object.assign(stage, { following: follower.current });
  const loops = useRef<Loop[]>([]);
  const begun = useSignal(false);
  const trouble = useSignal("");

  useEffect(() => {
    if (!canvas.current) return;
    const gl = canvas.current.getContext("webgl2", { alpha: false, depth: false });
    if (!gl) {
      trouble.value = "The stage needs WebGL2, which this browser does not offer.";
      return;
    }
    const drawn = new NetworkPicture(gl);
    picture.current = drawn;
    stage.onLead = (lead) => follower.current.hear(lead, wallClock());
    listenBeside((lead, now) => follower.current.hear(lead, now));
    const ends = [
      effect(() => {
        const [ear, layout] = [stage.ear.value, stage.layout.value];
        if (ear && layout) drawn.setNetwork(ear.layers, layout);
      }),
      effect(() => {
        const layers = stage.ear.value?.layers;
        if (layers && stage.layout.value)
          drawn.setMarks(marks(layers, stage.state.value?.targets ?? [], null));
      }),
      effect(() => {
        void stage.received.value;
        const loop = stage.deck.value.latest;
        if (loop && !loops.current.includes(loop))
          loops.current = [...loops.current, loop].slice(-MOST_LOOPS);
      }),
    ];
    return () => {
      for (const end of ends) end();
      drawn.close();
    };
  }, []);

  useAnimation((now) => {
    if (!canvas.current || !picture.current) return;
    const size = resized(canvas.current);
    const moment = follower.current.at(performance.timeOrigin + now);
    const layout = stage.layout.peek();
    if (!moment || !layout) return;
    const { lead, phase } = moment;
    stage.focus.value = lead.deck;
    if (lead.sounding) begun.value = true;
    const known = loops.current.find(({ header }) => same(header, lead));
    const loop = known ?? loops.current.findLast(({ header }) => header.deck === lead.deck) ?? null;
    const whole = viewOf(bounds(layout.positions, WHOLE), size, NO_INSET, HOME, lead.stretch);
    picture.current.draw({
      loop,
      phase,
      moved: 1,
      view: lead.region[3] > 0 ? viewOfRegion(lead, size) : whole,
      pulse: 0.5 + 0.5 * Math.sin(now / 400),
      byActivation: lead.by_activation,
      bright: lead.bright,
    });
  });

  return (
    <>
      <canvas
        ref={canvas}
        class={begun.value ? "screen lit" : "screen"}
        role="img"
        aria-label="All neurons of the ear, lit by what is heard"
        onDblClick={() => void fullScreen()}
      />
      {trouble.value && <p class="screen-trouble">{trouble.value}</p>}
    </>
  );
}

function same(header: Loop["header"], lead: { deck: number; loop: number }): boolean {
  return header.deck === lead.deck && header.id === lead.loop;
}

async function fullScreen(): Promise<void> {
  if (document.fullscreenElement) await document.exitFullscreen();
  else await document.documentElement.requestFullscreen();
}

function resized(canvas: HTMLCanvasElement): Size {
  const ratio = Math.min(LARGEST_RATIO, window.devicePixelRatio || 1);
  const size = { width: canvas.clientWidth || 1, height: canvas.clientHeight || 1 };
  const [width, height] = [Math.round(size.width * ratio), Math.round(size.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  return size;
}
