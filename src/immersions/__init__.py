"""Hear, see and play a neural network that listens to music."""

__version__ = "0.1.0"
