"""Two MIDI ports of a page that are ours, and a clock that comes to one of them."""

PORTS = """(() => {
  const port = (id, name) =>
    Object.assign(new EventTarget(), { id, name, state: "connected", open: async () => null });
  const input = port("in", "Drum machine");
  const output = port("out", "Synth");
  window.sent = [];
  output.send = ([byte], at) => window.sent.push([byte, at ?? null]);
  window.pulse = (at, byte) => {
    const event = new Event("midimessage");
    event.data = new Uint8Array([byte]);
    Object.defineProperty(event, "timeStamp", { value: at });
    input.dispatchEvent(event);
  };
  const access = new EventTarget();
  access.inputs = new Map([["in", input]]);
  access.outputs = new Map([["out", output]]);
  navigator.requestMIDIAccess = async () => access;
})()"""

RUN = """(bpm) => {
  const period = 60000 / bpm / 24;
  const begin = performance.now();
  let count = 0;
  // Half a millisecond of jitter, as through USB.
  const late = () => 0.5 * (Math.random() + Math.random());
  window.start = () => {
    window.pulse(performance.now(), 0xfa);
    return begin + count * period;
  };
  window.ticking = setInterval(() => {
    for (; begin + count * period <= performance.now() - 1; count++)
      window.pulse(begin + count * period + late(), 0xf8);
  }, 5);
}"""
"""Begins to tick; `start()` answers when the pulse is due that is the song's first."""
