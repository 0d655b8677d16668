import pytest

from taskflow import clock
from taskflow.errors import Configuration
from taskflow.up.kept import READY_SECONDS, Kept


class Child:
    """What `Kept` asks of a process."""

    name = "agent"
    last_line = "the last word"

    def __init__(self) -> None:
        self.code: int | None = None
        self.ready = self.stopped = False

    def exit_code(self) -> int | None:
        return self.code

    def is_ready(self) -> bool:
        return self.ready

    def ending(self) -> str:
        return f"ended with exit code {self.code}"

    def stop(self, _seconds: float) -> None:
        self.stopped = True


class Scene:
    def __init__(self) -> None:
        self.now = 1000.0
        self.children: list[Child] = []
        self.said: list[str] = []
        self.kept = Kept(self.start, self.said.append)

    def start(self) -> Child:
        self.children.append(Child())
        return self.children[-1]

    def dies(self) -> None:
        self.children[-1].code = 3
        self.kept.tend()

    def after(self, seconds: float) -> None:
        self.now += seconds
        self.kept.tend()


@pytest.fixture
def scene(monkeypatch: pytest.MonkeyPatch) -> Scene:
    made = Scene()
    monkeypatch.setattr(clock, "monotonic", lambda: made.now)
    return made


def test_it_waits_out_its_pause_with_nothing_of_the_dead_one_left(scene: Scene) -> None:
    scene.dies()
    assert scene.children[0].stopped
    scene.after(0.4)
    assert len(scene.children) == 1
    scene.after(0.2)
    assert len(scene.children) == 2
    scene.children[-1].ready = True
    scene.after(1)
    scene.after(1)
    assert scene.said == [
        "agent ended with exit code 3; it is started again in 0.5 s: the last word",
        "agent runs again",
    ]


def test_one_that_never_gets_ready_counts_as_dead(scene: Scene) -> None:
    scene.dies()
    scene.after(1)
    scene.after(READY_SECONDS + 1)
    assert scene.children[1].stopped
    assert "was not ready after 60 s; it is started again in 0.5 s" in scene.said[-1]
    scene.after(1)
    assert len(scene.children) == 3


def test_the_fifth_death_in_a_minute_ends_it(scene: Scene) -> None:
    for _ in range(4):
        scene.dies()
        scene.after(5)
    with pytest.raises(Configuration, match="agent died 5 times within a minute; at last it ended"):
        scene.dies()


def test_one_that_lives_is_left_alone(scene: Scene) -> None:
    scene.after(100)
    assert (len(scene.children), scene.said) == (1, [])
