import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gast_mocap.motion.smooth import curvature_bands, sample_spans, smooth_curves, smooth_joints, trust
from gast_mocap.take.settings import CleanSettings


def uneven_times(count: int, seed: int) -> np.ndarray:
    return np.cumsum(np.random.default_rng(seed).uniform(0.02, 0.06, count))


@given(st.integers(0, 1000), st.floats(0.05, 1.0))
def test_a_steady_movement_is_left_alone_at_uneven_times(seed: int, seconds: float) -> None:
    times = uneven_times(50, seed)
    line = np.stack([3 * times - 1, -times, 0 * times + 2], axis=1)
    assert np.allclose(smooth_curves(times, line, np.ones(50), seconds), line, atol=1e-6)


def test_a_sine_of_the_given_period_is_halved_and_does_not_lag() -> None:
    times = np.arange(600) / 60
    sine = np.sin(2 * np.pi * times / 0.5)[:, None]
    smoothed = smooth_curves(times, sine, np.ones(600), 0.5)
    middle = slice(100, -100)
    gain = smoothed[middle, 0] @ sine[middle, 0] / (sine[middle, 0] @ sine[middle, 0])
    assert abs(gain - 0.5) < 0.01
    lags = [np.corrcoef(np.roll(smoothed[:, 0], k)[middle], sine[middle, 0])[0, 1] for k in range(-3, 4)]
    assert int(np.argmax(lags)) == 3


def test_reversing_time_reverses_the_result() -> None:
    times = uneven_times(80, 1)
    values = np.random.default_rng(2).normal(size=(80, 3))
    forth = smooth_curves(times, values, np.ones(80), 0.3)
    back = smooth_curves(-times[::-1], values[::-1], np.ones(80), 0.3)
    assert np.allclose(forth, back[::-1])


def test_untrusted_samples_are_bridged() -> None:
    times = np.arange(100) / 30
    curve = np.sin(times)[:, None]
    broken, weights = curve.copy(), np.ones(100)
    broken[40:50], weights[40:50] = 50.0, 1e-6
    assert np.abs(smooth_curves(times, broken, weights, 0.2) - curve)[40:50].max() < 0.02


def test_noise_goes_and_a_strike_keeps_its_peak() -> None:
    times = np.arange(120) / 30
    strike = 0.5 * np.exp(-(((times - 2.0) / 0.06) ** 2))
    clean = np.stack([strike, 0.1 * np.sin(times), 0 * times], axis=1)[:, None]
    noisy = clean + np.random.default_rng(3).normal(0, 0.01, clean.shape)
    smoothed = smooth_joints(times, noisy, np.ones((120, 1)), CleanSettings().smooth_body)
    assert abs(smoothed[:, 0, 0].max() / strike.max() - 1) < 0.10
    calm = slice(5, 45)
    shake = np.linalg.norm(np.diff((smoothed - clean)[calm], 2, axis=0), axis=-1).mean()
    shake_before = np.linalg.norm(np.diff((noisy - clean)[calm], 2, axis=0), axis=-1).mean()
    assert shake < 0.2 * shake_before


def test_frames_that_were_only_interpolated_are_smoothed_all_the_same() -> None:
    rng = np.random.default_rng(4)
    seen, times = np.arange(90) / 30, np.arange(179) / 60
    shaky = np.stack([np.sin(3 * seen) + rng.normal(0, 0.02, 90), rng.normal(0, 0.02, 90), 0 * seen], axis=1)
    doubled = np.stack([np.interp(times, seen, shaky[:, axis]) for axis in range(3)], axis=1)[:, None]
    smoothed = smooth_joints(times, doubled, np.ones((179, 1)), CleanSettings().smooth_body)
    shake, shake_before = (np.linalg.norm(np.diff(x, 2, axis=0), axis=-1).mean() for x in (smoothed, doubled))
    assert shake < 0.2 * shake_before


def test_a_sample_beside_a_gap_counts_for_two_steps_at_most() -> None:
    times = np.concatenate([np.arange(11), 40 + np.arange(11)]) / 10
    spans = sample_spans(times)
    assert np.allclose(spans[[0, 5, 9, 12, -1]], 0.1)
    assert np.allclose(spans[[10, 11]], 0.2), "not half of the three seconds to the other side"


def test_jitter_beside_a_gap_is_smoothed_as_elsewhere() -> None:
    rng = np.random.default_rng(5)
    times = np.concatenate([np.arange(60), 120 + np.arange(60)]) / 30
    left = [
        np.abs(smooth_curves(times, rng.normal(0, 0.01, (120, 1)), np.ones(120), 0.4)[[0, 59, 60, 119], 0])
        for _ in range(400)
    ]
    start, before, after, end = np.mean(left, axis=0)
    assert before < 1.25 * start
    assert after < 1.25 * end


def test_a_strike_is_a_movement_and_not_a_frame() -> None:
    """Of 5 cm for a tenth of a second, a strike, most stays; of 5 cm in one frame, an error, half goes."""
    times = np.arange(120) / 30
    strike = 0.05 * np.exp(-(((times - 2) / 0.06) ** 2))
    error = np.where(np.arange(120) == 60, 0.05, 0.0)
    kept = []
    for seed in range(6):
        noise = np.random.default_rng(seed).normal(0, 0.004, (120, 1, 3))
        moved = [noise + leap[:, None, None] * [1.0, 0.0, 0.0] for leap in (strike, error)]
        kept.append([smooth_joints(times, joints, np.ones((120, 1)), 0.4)[58:63, 0, 0].max() for joints in moved])
    struck, erred = np.mean(kept, axis=0) / 0.05
    assert struck > 0.82
    assert erred < 0.5


def test_trust_grows_with_the_square_of_the_score_up_to_a_half() -> None:
    assert trust(np.array([0.0, 0.25, 0.5, 0.9])).tolist() == [1e-6, 0.25, 1.0, 1.0]


def test_spans_are_half_the_way_to_each_neighbour() -> None:
    assert np.allclose(sample_spans(np.array([0.0, 1.0, 3.0, 4.0, 6.0])), [1, 1.5, 1.5, 1.5, 2])


def test_curvature_is_the_integral_of_the_second_derivative_squared() -> None:
    """Of 3 t^2 at any times it is 36 a second; of a straight line nothing."""
    times = uneven_times(30, 7)
    bands = curvature_bands(times)

    def energy(values: np.ndarray) -> float:
        products = sum((1 if k == 0 else 2) * bands[k, : 30 - k] @ (values[: 30 - k] * values[k:]) for k in range(3))
        return float(products)

    inner = (times[-1] + times[-2] - times[0] - times[1]) / 2
    assert energy(3 * times**2) == pytest.approx(36 * inner, rel=1e-6)
    assert abs(energy(2 - 5 * times)) < 1e-6


def test_frames_at_almost_one_time_do_not_upset_the_smoother() -> None:
    times = np.arange(60) / 30
    times[31] = times[30] + 1e-8
    line = (2 * times)[:, None]
    assert np.abs(smooth_curves(times, line, np.full(60, 1e-6), 2.0) - line).max() < 0.05


@pytest.mark.parametrize("fps", [30, 240, 1000, 5000])
def test_samples_that_nobody_trusts_can_be_smoothed_at_any_rate(fps: int) -> None:
    times = np.arange(400) / fps
    smoothed = smooth_curves(times, np.ones((400, 2)), np.full(400, 1e-6), 2.0)
    assert np.allclose(smoothed, 1.0, atol=1e-3)
