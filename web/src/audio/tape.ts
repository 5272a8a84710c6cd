import workletUrl from "./tape.worklet.ts?worker&url";

/** Sound as it was heard from `frame` of the context's clock on. */
export interface Block {
  frame: number;
  samples: Float32Array<ArrayBuffer>;
}

/** Records what leaves a node until it is closed. */
export interface Tape {
  /** Ends it; what was heard last has been handed on then. */
  close(): Promise<void>;
}

/** Has `onBlock` called with every half second of what leaves `node`, mono. */
export async function openTape(node: AudioNode, onBlock: (block: Block) => void): Promise<Tape> {
  const { context } = node;
  await context.audioWorklet.addModule(workletUrl);
  const tape = new AudioWorkletNode(context, "tape", {
    numberOfInputs: 1,
    numberOfOutputs: 1,
    outputChannelCount: [1],
    channelCount: 1,
    channelCountMode: "explicit",
  });
  const ended = new Promise<void>((resolve) => {
    tape.port.onmessage = ({ data }: MessageEvent<Block | null>) => {
      if (data) onBlock(data);
      else resolve();
    };
  });
  // It puts out silence; the connection only keeps it running.
  node.connect(tape).connect(context.destination);
  return {
    async close() {
      tape.port.postMessage(null);
      await ended;
      node.disconnect(tape);
      tape.disconnect();
    },
  };
}
