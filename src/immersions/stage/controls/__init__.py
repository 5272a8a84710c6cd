"""Played by hand: MIDI and OSC on one list of controls. No torch here."""
