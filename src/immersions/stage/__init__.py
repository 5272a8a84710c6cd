"""The stage: one performance, the process that dreams for it, and what keeps that process alive."""
