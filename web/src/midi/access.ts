/** Asks for the MIDI ports; the browser may ask the performer. Rejects when it is not allowed. */
export function openMidi(): Promise<MIDIAccess> {
  if (!navigator.requestMIDIAccess)
    throw new Error("this browser has no Web MIDI; Chromium, Edge and Firefox have");
  return navigator.requestMIDIAccess();
}

interface Named {
  name: string | null;
  state?: MIDIPortDeviceState;
}

/** Ports that are there, by names of their own: of two alike, the second is called so. */
export function named<Port extends Named>(ports: Iterable<Port>): Map<string, Port> {
  const found = new Map<string, Port>();
  for (const port of ports) {
    if (port.state === "disconnected") continue;
    const name = (port.name || "MIDI").slice(0, 190);
    let unique = name;
    for (let number = 2; found.has(unique); number++) unique = `${name} (${number})`;
    found.set(unique, port);
  }
  return found;
}
