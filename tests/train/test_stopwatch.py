"""Time spent training, with clocks that a test turns."""

from ganstudio.train.stopwatch import Stopwatch


class Clocks:
    """Seconds on the wall and of the processor."""

    def __init__(self) -> None:
        self.wall = self.cpu = 100.0

    def pass_by(self, wall: float, cpu: float) -> None:
        self.wall += wall
        self.cpu += cpu


def watch(clocks: Clocks) -> Stopwatch:
    return Stopwatch(lambda: clocks.wall, lambda: clocks.cpu)


def test_laps_add_up_and_what_lies_between_does_not_count() -> None:
    clocks = Clocks()
    stopwatch = watch(clocks)
    for _ in range(3):
        with stopwatch.lap():
            clocks.pass_by(2.0, 1.5)
        clocks.pass_by(1000.0, 0.1)
    assert stopwatch.seconds == 6.0


def test_an_hour_asleep_in_the_middle_of_a_step_is_no_training() -> None:
    clocks = Clocks()
    stopwatch = watch(clocks)
    with stopwatch.lap():
        clocks.pass_by(3600.0, 0.5)
    assert stopwatch.seconds == 0.5


def test_a_step_that_takes_long_is_training() -> None:
    clocks = Clocks()
    stopwatch = watch(clocks)
    with stopwatch.lap():
        clocks.pass_by(3600.0, 3500.0)
    assert stopwatch.seconds == 3600.0


def test_a_clock_that_goes_back_takes_nothing_away() -> None:
    clocks = Clocks()
    stopwatch = watch(clocks)
    with stopwatch.lap():
        clocks.pass_by(-3600.0, 0.5)
    assert stopwatch.seconds == 0.0


def test_a_lap_that_raises_counts_too() -> None:
    clocks = Clocks()
    stopwatch = watch(clocks)
    try:
        with stopwatch.lap():
            clocks.pass_by(2.0, 2.0)
            raise ValueError
    except ValueError:
        pass
    assert stopwatch.seconds == 2.0
