"""The helper that times, on a clock of our own."""

import dataclasses

import numpy as np
import pytest

from mathnn import timing


class Clock:
    """A clock that moves only when a function says so, and that may show full steps only."""

    def __init__(self):
        self.now = 0.0
        self.step = 0.0
        self.calls = []

    def read(self):
        return self.now // self.step * self.step if self.step else self.now

    def job(self, name, *seconds):
        """Make a function that takes these seconds, call after call; the last for ever after."""
        left = list(seconds)

        def run():
            self.calls.append(name)
            self.now += left.pop(0) if len(left) > 1 else left[0]

        return run


@pytest.fixture
def clock(monkeypatch):
    clock = Clock()
    monkeypatch.setattr(timing.time, "perf_counter", clock.read)
    return clock


def test_every_round_starts_one_place_further(clock):
    timing.compare({name: clock.job(name, 1.0) for name in "abc"}, rounds=4)
    assert "".join(clock.calls) == "abc" + "abc" + "abc" + "bca" + "cab" + "abc"


def test_seconds_are_booked_on_the_function_that_took_them(clock):
    result = timing.compare({"a": clock.job("a", 9, 8, 1, 2, 3), "b": clock.job("b", 9, 8, 10, 30, 60)}, rounds=3)
    np.testing.assert_allclose(result.seconds, [[1, 10], [2, 30], [3, 60]])
    np.testing.assert_allclose(result.ratios, [[1, 10], [1, 15], [1, 20]])
    assert result.names == ("a", "b")


def test_a_slow_moment_that_strikes_a_whole_round_cancels(clock):
    result = timing.compare({"a": clock.job("a", 1, 1, 1, 50, 1), "b": clock.job("b", 2, 2, 2, 100, 2)}, rounds=3)
    np.testing.assert_allclose(result.ratios, [[1, 2]] * 3)


def test_a_slow_first_call_does_not_count(clock):
    timing.compare({"compiled": clock.job("compiled", 60.0, 1e-4)}, rounds=1)
    assert clock.calls.count("compiled") == 1 + (1 + 2 + 4 + 8 + 16) + 16


def test_short_calls_are_repeated_up_to_a_millisecond_and_averaged(clock):
    result = timing.compare({"short": clock.job("short", 1e-5), "long": clock.job("long", 0.5)}, rounds=2)
    assert clock.calls.count("short") == 1 + (2 * 128 - 1) + 2 * 128
    assert clock.calls.count("long") == 2 + 2
    np.testing.assert_allclose(result.seconds, [[1e-5, 0.5]] * 2)


@pytest.mark.parametrize(("seconds", "calls"), [(0.998e-3, 1 + 3 + 2), (1.002e-3, 1 + 1 + 1)])
def test_a_millisecond_is_long_enough(clock, seconds, calls):
    timing.compare({"call": clock.job("call", seconds)}, rounds=1)
    assert len(clock.calls) == calls


@pytest.mark.parametrize("step", [1e-4, 1e-3])
def test_a_browsers_clock_moves_in_steps(clock, step):
    clock.step = step
    result = timing.compare({"short": clock.job("short", 2.5e-5)}, rounds=3)
    assert len(clock.calls) < 1000  # not as many as if a call took the 0 seconds that the clock may read
    np.testing.assert_allclose(result.seconds, 2.5e-5, atol=step / 20)


def test_a_call_without_duration_does_not_divide_by_zero(monkeypatch):
    ticks = iter([0, 0.001, 5, 5])  # to see how often; the round
    monkeypatch.setattr(timing.time, "perf_counter", lambda: next(ticks))
    assert timing.compare({"nothing": lambda: None}, rounds=1).ratios == 1.0


def test_the_table():
    table = timing.Timing(("ours", "reference loop"), np.array([[2e-3, 4e-3], [1e-3, 8e-3], [3e-3, 3e-3]]))
    assert str(table).split("\n") == [
        "                    median    ratio  (min to max)",
        "ours                  2 ms     1.00  (1.00 to 1.00)",
        "reference loop        4 ms     2.00  (1.00 to 8.00)",
    ]


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(12.345, "12.3 s"), (1.0, "1 s"), (0.5, "500 ms"), (1.5e-3, "1.5 ms"), (2e-6, "2 µs"), (3e-8, "30 ns")],
)
def test_seconds_have_the_unit_that_fits(seconds, text):
    assert text in str(timing.Timing(("f",), np.array([[seconds]])))


def test_a_timing_is_frozen(clock):
    result = timing.compare({"a": clock.job("a", 1.0)}, rounds=1)
    with pytest.raises(dataclasses.FrozenInstanceError):
        result.names = ()


def test_nothing_is_printed(clock, capsys):
    timing.compare({"a": clock.job("a", 1.0)}, rounds=2)
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(("rounds", "kind"), [(0, ValueError), (-1, ValueError), (2.0, TypeError), (True, TypeError)])
def test_rounds_are_a_positive_integer(rounds, kind):
    with pytest.raises(kind, match=r"^rounds must"):
        timing.compare({"a": lambda: None}, rounds=rounds)


def test_nothing_to_time_is_told():
    with pytest.raises(ValueError, match="functions must hold at least one function"):
        timing.compare({})


def test_an_error_of_a_function_is_passed_on():
    with pytest.raises(ZeroDivisionError):
        timing.compare({"a": lambda: 1 / 0})
