"""Where OSC is listened to and told, from what a performer types."""

from __future__ import annotations

from typing import Any

import pytest

from immersions.stage.controls.osc_plan import OscPlan, plan


def test_what_a_performer_types() -> None:
    assert plan("9000") == OscPlan(port=9000)
    assert plan("localhost:1", "10.0.0.1:9001").to == ("10.0.0.1", 9001)
    assert plan("0.0.0.0:9000", None, ["10.0.0.2"]).senders == {"10.0.0.2"}


@pytest.mark.parametrize(
    ("told", "said"),
    [
        (("nine",), "--osc: expected PORT or HOST:PORT"),
        (("99999",), "a port up to 65535"),
        (("0.0.0.0:9000",), "name who may with --osc-from"),
        (("9000", "host"), "--osc-to: expected PORT or HOST:PORT"),
        (("9000", "host:0"), "--osc-to: expected a port from 1"),
        (("9000", None, ["tablet"]), "--osc-from: expected an address"),
    ],
)
def test_what_is_typed_wrongly_is_one_line(told: tuple[Any, ...], said: str) -> None:
    with pytest.raises(ValueError, match=said):
        plan(*told)
