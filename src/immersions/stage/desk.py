"""What is set for all decks together: how they sound beside each other."""

from __future__ import annotations

from immersions.parameters import Parameter, Parameters

DESK = Parameters(
    [
        Parameter(
            name="crossfade",
            unit="",
            minimum=0.0,
            maximum=1.0,
            default=0.0,
            label="Crossfade",
            description="from decks A and C alone (0) to decks B and D alone (1)",
            group="Mix",
        ),
    ]
)
