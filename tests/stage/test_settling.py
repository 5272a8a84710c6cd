from itertools import pairwise

import torch
from networks import Residual, positive

from immersions.anatomy.laying import LayoutConfig, lay_out
from immersions.anatomy.network import graph_of
from immersions.anatomy.solver import Moment
from immersions.stage.workers import settling
from immersions.stage.workers.settling import Settling


def shares_of(snapshots, monkeypatch):
    said, moments = [], []
    monkeypatch.setattr(settling, "PAUSE_SECONDS", 0)
    follow = Settling(snapshots, said.append)

    def report(moment, points):
        moments.append(moment)
        follow(moment, points)

    graph = graph_of(positive(Residual()), torch.zeros(1, 2, 200, 8))
    lay_out(graph, LayoutConfig(snapshots=snapshots), report=report)
    assert moments[0].level > 0
    return said, moments


def test_a_share_rises_from_a_tenth_to_nearly_one(monkeypatch):
    for snapshots in (1, 3):
        said, moments = shares_of(snapshots, monkeypatch)
        assert len(said) == len(moments)
        assert said == sorted(said)
        assert 0.05 < said[0] < 0.3
        assert 0.9 < said[-1] <= 1
        # No part takes all the way at one leap.
        assert max(b - a for a, b in pairwise(said)) < 0.35


def test_it_speaks_a_few_times_a_second(monkeypatch):
    said = []
    follow = Settling(1, said.append)
    for number in range(1, 200):
        follow(Moment(0, 10, number, 1.4 * 0.9**number, 0.5, 0.1), None)
    assert len(said) <= 2
