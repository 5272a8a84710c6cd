// Generated from src/immersions/server/messages/; do not edit.
// Write it anew with: python -m immersions.server.typescript

/** Does something that takes no value: `undo`, `redo`, `scene_1`, … as a controller does it. */
export interface Act {
  type: "act";
  name: string;
  deck: number;
}

/** A sound beside the dreams follows another or joins on this page. Logged as `Sounded` is. */
export interface Beside {
  type: "beside";
  page: number;
  place: string;
  frame: number;
  /** frames of the crossfade that ends there; 0 where it fades in from there */
  fade: number;
  /** which of its samples lies there */
  into: number;
  rate: number;
  /** of the loop that a start clip is */
  id: number | null;
  /** a sample's, as the ETag of its answer has it */
  sound: string | null;
  /** of the loops that a sample was fitted to, in frames */
  length: number | null;
}

/** Starts again from another sound. */
export interface ChooseClip {
  deck: number;
  type: "clip";
  id: string;
}

export interface ChooseEar {
  deck: number;
  type: "ear";
  id: string;
}

/** Has a port obey another mapping; null for none. */
export interface ChooseMapping {
  type: "choose_mapping";
  /** id of a port */
  port: string;
  mapping: string | null;
}

/** Mixes another sound in, by the parameter `mix`; null for the clip itself. */
export interface ChooseMix {
  deck: number;
  type: "mix";
  id: string | null;
}

/** Puts a sound beside the dreams, into a place of the mixer; null takes it away. */
export interface ChooseSample {
  type: "sample";
  slot: number;
  id: string | null;
}

/** Adds ranges to the target or replaces it. Replacing by none leaves nothing to bend to. */
export interface ChooseTarget {
  deck: number;
  type: "target";
  ranges: Array<Range>;
  mode: "add" | "replace";
}

/** A start sound. `silence` and `noise` have neither tempo nor bars. */
export interface Clip {
  id: string;
  title: string;
  seconds: number;
  bpm: number | null;
  bars: number | null;
  kind: string;
}

/** The list of start sounds, told to all pages when an upload changed it. */
export interface Clips {
  type: "clips";
  clips: Array<Clip>;
}

/** What has come of a MIDI clock that is to be followed. */
export interface Clock {
  type: "clock";
  /** whose clock it is: of two that come at once, one counts */
  port: string;
  /** by how many seconds the server's clock is ahead of that one, where known */
  ahead: number | null;
  events: Array<ClockEvent>;
}

/** A message of a MIDI clock, and when it came. */
export interface ClockEvent {
  kind: "clock" | "start" | "continue" | "stop" | "position";
  /** seconds of the page's steady clock */
  at: number;
  /** of a song position */
  sixteenths: number;
}

/** Closes a deck; the first one stays. */
export interface CloseDeck {
  deck: number;
  type: "close";
}

/** Something that a controller can do. */
export interface ControlName {
  name: string;
  label: string;
  description: string;
  group: string;
  per_deck: boolean;
  /** done at once, rather than turned */
  action: boolean;
}

export interface ControllerPort {
  id: string;
  name: string;
  place: "page" | "machine";
  /** id of its mapping */
  mapping: string | null;
  mapped: Array<MappedControl>;
}

/** All ports, all mappings, and what waits to be learned. */
export interface Controllers {
  type: "controllers";
  ports: Array<ControllerPort>;
  mappings: Array<MappingName>;
  learning: Learning | null;
}

/** Everything that a controller can do. */
export interface Controls {
  type: "controls";
  controls: Array<ControlName>;
}

export interface DeckState {
  deck: number;
  state: State;
}

/** Which decks there are, told whenever one was opened or closed. */
export interface Decks {
  type: "decks";
  decks: Array<number>;
}

/** Deletes one of the performer's own mappings. */
export interface DeleteMapping {
  type: "delete_mapping";
  mapping: string;
}

export interface DeleteScene {
  type: "delete";
  place: number;
}

/** What is set for all decks together, told whenever anything of it changed. */
export interface DeskChanged {
  type: "desk";
  values: Record<string, number>;
}

/** The ear that listens now, sent when it is loaded. */
export interface EarDescription {
  deck: number;
  type: "ear";
  id: string;
  sample_rate: number;
  loop_seconds: number;
  layers: Array<LayerShape>;
  neurons: number;
  hash: string;
  /** positions of all neurons; see LayoutHeader */
  layout_url: string;
  /** centre of each scalogram bin in Hz */
  bin_frequencies: Array<number>;
  credits: string;
}

export interface EarName {
  id: string;
  title: string;
}

/** What `GET /api/edges/{hash}/{neuron}` answers: its strongest edges, the strongest first. */
export interface Edges {
  neuron: number;
  /** at the other ends, numbered as in LayerShape */
  neurons: Array<number>;
  /** absolute, in mean weights of the two layers' edges */
  weights: Array<number>;
  /** the lowest and the highest scalogram bin that it hears */
  bins: [number, number] | null;
}

/** The deck that this page shows and plays by hand, where a controller does not say which. */
export interface Focus {
  type: "focus";
  deck: number;
}

/** A controller of this page's, or one that goes with it, has taken another deck in hand. */
export interface FocusChanged {
  type: "focus";
  deck: number;
}

/** Takes what moves a control out of a port's mapping. */
export interface ForgetControl {
  type: "forget_control";
  port: string;
  control: string;
  deck: number | null;
}

/** A layer's size. Neurons are numbered layer by layer, then channel * pitches + pitch. */
export interface LayerShape {
  name: string;
  channels: number;
  pitches: number;
  frames: number;
  /** number of the layer's first neuron */
  offset: number;
  /** seconds of sound that one answer depends on */
  hears: number | null;
}

/**
 * The JSON header of what `layout_url` answers, framed like a loop.
 *
 * After the padding: positions, int16 little-endian, (snapshots, vertices, 2), each from -32767 to
 * 32767 (x to the right, y upwards). A vertex is a neuron, numbered as in `LayerShape`. Snapshot s
 * of S stands at s/S of a loop; in between, vertices travel in straight lines, from the last one
 * back to the first.
 */
export interface LayoutHeader {
  type: "layout";
  hash: string;
  snapshots: number;
  vertices: number;
  /** a grid may be stretched to fill a window */
  kind: "grid" | "laid";
}

/** How the layout of an ear comes along that had none; until it is ready, there is a grid. */
export interface LayoutProgress {
  type: "layout";
  /** of the ear */
  hash: string;
  /** when ready, layout_url answers with it */
  going: "computing" | "ready" | "failed";
  /** 0 to 1, of the computing */
  share: number;
  /** why it failed, in one line, or empty */
  message: string;
}

/** What is heard, and seen, at a moment; passed on to all pages as it is. */
export interface Lead {
  deck: number;
  type: "lead";
  /** made up by the page that sounds */
  page: string;
  /** id of the deck's loop */
  loop: number;
  /** where in the loop, 0 to 1 */
  phase: number;
  /** when, in milliseconds of that page's wall clock */
  at: number;
  /** the loop's length */
  seconds: number;
  /** whether the phase goes on by itself */
  sounding: boolean;
  /** what is seen of the layout: its centre (x, y), width and height */
  region: [number, number, number, number];
  /** width of a unit over its height, on screen */
  stretch: number;
  /** colours by activation, else by layer */
  by_activation: boolean;
  /** drawn for a light room */
  bright: boolean;
}

/** Maps the next controller that moves to a control; null gives it up. */
export interface Learn {
  type: "learn";
  control: string | null;
  /** null for the deck in focus */
  deck: number | null;
}

export interface Learning {
  control: string;
  deck: number | null;
}

/**
 * The JSON header of a binary loop.
 *
 * A loop is: the header's length in bytes (4 bytes, little-endian), the header (UTF-8), zeros up
 * to a multiple of 4 from the start of the message, the samples (float32, little-endian), the
 * activations (one byte each). 0 is at or below a neuron's 0.1 quantile on music, 255 at or above
 * its 0.999 quantile; for the layer `scalogram`, 0 to 255 is 0 to 4 in log power.
 */
export interface LoopHeader {
  deck: number;
  type: "loop";
  /** rises from loop to loop */
  id: number;
  /** of the state that the loop was dreamed with */
  generation: number;
  kind: "start" | "dream";
  sample_rate: number;
  samples: number;
  /** notes in the loop, where known */
  quarters: number | null;
  /** standardised, of this loop as it plays */
  activation: number | null;
  step: number;
  /** empty while the ear is still loading */
  layers: Array<LoopLayer>;
}

/** Where a layer's activations lie: a block (neurons, frames), row-major, one byte a value. */
export interface LoopLayer {
  name: string;
  frames: number;
  neurons: number;
  /** byte offset of the block within the activations */
  at: number;
}

/** A control that a port's mapping knows. */
export interface MappedControl {
  control: string;
  deck: number | null;
  /** what moves it, such as CC 81 */
  by: string;
}

export interface MappingName {
  id: string;
  name: string;
  about: string;
  bundled: boolean;
}

/** What a port of the page's sent, of a few milliseconds; the newest at `at`. */
export interface MidiReceived {
  type: "midi";
  port: string;
  bytes: Array<number>;
  /** milliseconds of the page's clock */
  at: number;
}

/** A MIDI message for a port of this page's, so that its faders and lamps follow. */
export interface MidiToSend {
  type: "midi";
  port: string;
  bytes: Array<number>;
}

/** From `frame` on, gains of this page's mixer go elsewhere. Logged as `Sounded` is. */
export interface Mixed {
  type: "mixed";
  page: number;
  frame: number;
  rate: number;
  gains: Record<string, number>;
}

/** Opens another deck, with an ear of its own; it begins with the first deck's clip. */
export interface OpenDeck {
  type: "open";
  ear: string;
}

/** The MIDI ports that the page's browser has and may use; all of them, whenever one changes. */
export interface PagePorts {
  type: "midi_ports";
  ports: Array<string>;
}

/** `immersions.parameters.Parameter`, from which the page builds a control. */
export interface ParameterDeclaration {
  name: string;
  unit: string;
  minimum: number;
  maximum: number;
  default: number;
  curve: "linear" | "logarithmic" | "integer" | "switch";
  label: string;
  description: string;
  group: string;
  /** a deck's dreaming, the whole desk, or the hand on a target */
  place: "deck" | "desk" | "hand";
}

/** Where in the song a clock or a session is that is followed; null where nobody knows. */
export interface PlaceChanged {
  type: "place";
  song: SongPlace | null;
}

/** Asks for a loop newer than loop `id`, rendered with the newest state, now. */
export interface Pull {
  deck: number;
  type: "pull";
  id: number;
}

/**
 * Neurons of one layer and frames of theirs: (position, span) pairs in fractions of the axis.
 *
 * `weight` says how strongly, and with a minus sign that the neurons are to fall silent.
 */
export interface Range {
  layer: string;
  weight: number;
  channel: [number, number];
  pitch: [number, number];
  time: [number, number];
}

/** Moves to a scene: faders in so many seconds, everything else at once. */
export interface RecallScene {
  type: "recall";
  place: number;
  seconds: number;
}

/** A recording of the master, to be fetched at `/api/recordings/ID/audio`. */
export interface RecordingMade {
  id: string;
  /** the name of its folder, and of its log's */
  performance: string;
  seconds: number;
  /** in bytes */
  size: number;
  /** whether it is still being made */
  going: boolean;
}

/** What has been recorded on this machine, the newest first, whenever that has changed. */
export interface Recordings {
  type: "recordings";
  recordings: Array<RecordingMade>;
}

/** One line on why a message of this page's was not obeyed. */
export interface Refused {
  type: "error";
  message: string;
}

/** Forgets a sound that was uploaded, mixed or dreamed, where nothing uses it. */
export interface RemoveClip {
  type: "remove_clip";
  id: string;
}

export interface RenameScene {
  type: "rename";
  place: number;
  name: string;
}

/** Starts again from the clip. */
export interface Restart {
  deck: number;
  type: "restart";
}

/** Dreams on, or rests on the present loop. */
export interface Run {
  deck: number;
  type: "run";
  running: boolean;
}

/** The sounds beside the dreams, by their places in the mixer, told whenever one changed. */
export interface Samples {
  type: "samples";
  ids: Array<string | null>;
}

/** Keeps a port's mapping under a name. */
export interface SaveMapping {
  type: "save_mapping";
  port: string;
  name: string;
}

/** All scenes, told whenever they changed or another one was moved to. */
export interface SceneList {
  type: "scenes";
  scenes: Array<SceneName>;
  /** the scene moved to last, while nothing was changed */
  recalled: number | null;
  /** whether faders are on their way there */
  morphing: boolean;
}

export interface SceneName {
  place: number;
  name: string;
}

/** Starts again from the clip with other random numbers. */
export interface Seed {
  deck: number;
  type: "seed";
  seed: number;
}

/** Turns parameters of a deck, of the desk or of the hand; those not named stay. */
export interface SetParameters {
  deck: number;
  type: "set";
  parameters: Record<string, number>;
}

/** From `frame` on, what a place of this page's mixer plays fades away. Logged too. */
export interface Silenced {
  type: "silenced";
  page: number;
  place: string;
  frame: number;
  rate: number;
}

/**
 * While a range is held, the deck dreams of it alone, out of silence; null lets go of it.
 *
 * Then it goes on as before, and so it does when the page that held it leaves.
 */
export interface Solo {
  deck: number;
  type: "solo";
  range: Range | null;
}

/** At `at` the song stands at `quarters`, from where it goes on at `bpm`. */
export interface SongPlace {
  /** seconds of the server's steady clock, see `StillHere` */
  at: number;
  quarters: number;
  bpm: number;
}

/**
 * A loop follows, or followed, on this page: from `frame` of its clock on it sounds alone.
 *
 * Logged, so that the performance can be played again.
 */
export interface Sounded {
  deck: number;
  type: "sounded";
  /** any number of this page's own */
  page: number;
  /** of the loop */
  id: number;
  frame: number;
  /** frames of the crossfade that ends there */
  fade: number;
  /** which of its samples lies there */
  into: number;
  rate: number;
}

/** Starts again from what another deck, or this one, dreamed last; it is kept as a clip. */
export interface StartFrom {
  deck: number;
  type: "start_from";
  source: number;
}

/** What `POST /api/recordings` is told; the frames follow at `/api/recordings/ID/blocks`. */
export interface StartRecording {
  page: number;
  /** of the page's clock: the first one recorded */
  frame: number;
  rate: number;
  channels: number;
  /** seconds since that frame */
  since: number;
}

/**
 * Everything that a performer can change, and nothing else.
 *
 * `generation` rises with every change; a loop carries the generation that it was dreamed with.
 * `seconds` is the loop's length, `quarters` that in quarter notes where it is known. `mix` is the
 * clip that the parameter `mix` mixes in, or nothing for `clip` itself.
 */
export interface State {
  clip: string;
  ear: string;
  seconds: number;
  running: boolean;
  seed: number;
  parameters: Record<string, number>;
  targets: Array<Range>;
  generation: number;
  mix: string | null;
  quarters: number | null;
}

/** The state of a deck, told to all pages whenever anything changed. */
export interface StateChanged {
  deck: number;
  type: "state";
  state: State;
}

/** How the dreaming goes, at most four times a second. */
export interface Status {
  deck: number;
  type: "status";
  worker: "starting" | "running" | "stopped" | "restarting";
  steps_per_second: number;
  steps: number;
  loops: number;
  /** standardised, of the latest step */
  activation: number | null;
  /** the last 200 (step, activation) */
  history: Array<[number, number]>;
  /** one line for the performer, or empty */
  message: string;
}

/** How many steps there are to undo and redo. */
export interface Steps {
  type: "steps";
  undo: number;
  redo: number;
}

/** The answer to `StillThere`. */
export interface StillHere {
  type: "still_here";
  /** what `StillThere` brought */
  asked: number;
  /** seconds of the server's steady clock */
  now: number;
}

/**
 * Asks for a word, so that a page learns of a connection that was cut without a sign.
 *
 * And of the server's time, by how long the answer takes.
 */
export interface StillThere {
  type: "still_there";
  /** any number, which comes back */
  at: number;
}

/** Keeps the performance as it is now; without a name, the scene's own or a usual one. */
export interface StoreScene {
  type: "store";
  place: number;
  name: string;
}

/** The newest loops are let in, once, while loops are held. */
export interface Take {
  type: "take";
}

/** A tap of the tempo; from the second one on all loops are in it. */
export interface Tap {
  type: "tap";
  /** seconds of any steady clock */
  at: number;
}

/** What `POST /api/clips` answers. */
export interface Uploaded {
  id: string;
  title: string;
  seconds: number;
  warning: string;
}

/** The first message on a connection. */
export interface Welcome {
  type: "welcome";
  version: string;
  parameters: Array<ParameterDeclaration>;
  clips: Array<Clip>;
  ears: Array<EarName>;
  decks: Array<DeckState>;
  desk: Record<string, number>;
  /** ids of the sounds beside the dreams, by place */
  samples: Array<string | null>;
  /** the deck that was taken in hand last, by anyone */
  focus: number;
  /** whose loops these are: its name */
  performance: string;
}

/** Text from the server to a page. */
export type ServerMessage =
  | Clips
  | Controllers
  | Controls
  | Decks
  | DeskChanged
  | EarDescription
  | FocusChanged
  | LayoutProgress
  | Lead
  | MidiToSend
  | PlaceChanged
  | Recordings
  | Refused
  | Samples
  | SceneList
  | StateChanged
  | Status
  | Steps
  | StillHere
  | Take
  | Welcome;

/** Text from a page to the server. */
export type ClientMessage =
  | Act
  | Beside
  | ChooseClip
  | ChooseEar
  | ChooseMapping
  | ChooseMix
  | ChooseSample
  | ChooseTarget
  | Clock
  | CloseDeck
  | DeleteMapping
  | DeleteScene
  | Focus
  | ForgetControl
  | Lead
  | Learn
  | MidiReceived
  | Mixed
  | OpenDeck
  | PagePorts
  | Pull
  | RecallScene
  | RemoveClip
  | RenameScene
  | Restart
  | Run
  | SaveMapping
  | Seed
  | SetParameters
  | Silenced
  | Solo
  | Sounded
  | StartFrom
  | StillThere
  | StoreScene
  | Tap;

/** Headers of binary messages and answers. */
export type BinaryHeader =
  | LayoutHeader
  | LoopHeader;
