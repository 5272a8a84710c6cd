import numpy as np
import pytest

from immersions.anatomy.gathering import INSIDE, gathered


@pytest.fixture
def crowd():
    """Two snapshots of a thousand in an ellipse, and three far out."""
    random = np.random.default_rng(1)
    points = random.normal(size=(2, 1003, 2)) * (0.2, 0.1)
    points[:, 1000:] = [(3, 2), (-5, 0), (0.1, 2)]
    return points.astype(np.float32)


def widths(points):
    low, high = np.quantile(points[..., 0], (0.02, 0.98))
    return high - low


def test_those_far_out_come_near_and_the_others_fill_the_frame(crowd):
    found = gathered(crowd)
    assert found.dtype == np.float32
    assert np.abs(found).max() <= 1
    assert np.abs(found[..., 0]).max() > 0.9
    assert widths(found) > 1.1 > 5 * widths(crowd / np.abs(crowd).max())


def test_all_but_the_outermost_keep_their_proportions(crowd):
    found = gathered(crowd)
    middle = np.linalg.norm(crowd / (0.2, 0.1), axis=-1) < 1
    assert middle.mean() < INSIDE
    was, is_ = (np.concatenate([each[0, middle[0]], each[1, middle[1]]]) for each in (crowd, found))
    scales = []
    for axis in (0, 1):
        scale, shift = np.polyfit(was[:, axis], is_[:, axis], 1)
        assert np.abs(scale * was[:, axis] + shift - is_[:, axis]).max() < 1e-5
        scales.append(scale)
    assert scales[0] == pytest.approx(scales[1], rel=1e-4)


def test_one_place_is_finite():
    for points in (np.zeros((1, 1, 2)), np.ones((2, 50, 3))):
        found = gathered(points.astype(np.float32))
        assert np.isfinite(found).all()
        assert np.abs(found).max() <= 1
