"""A job survives the wire."""

from pathlib import Path

import pytest

from gast_mocap.inference.protocol.job import Job


@pytest.mark.parametrize(
    "job",
    [
        Job(Path("clip.mp4"), Path("clip.take.npz")),
        Job(
            Path("/a b/Übung.mp4"),
            Path("C:/тест/o.take.npz"),
            Path("p.mp4"),
            5,
            90,
            "best",
            True,
            Path("own lifter.onnx"),
        ),
    ],
)
def test_job_comes_back_from_one_line(job: Job) -> None:
    line = job.to_json()
    assert "\n" not in line
    assert Job.from_json(line) == job


@pytest.mark.parametrize("line", ["", "hello", "[]", "3", "{}", '{"video": "a"}', '{"type": "cancel"}'])
def test_garbage_is_no_job(line: str) -> None:
    with pytest.raises(ValueError):
        Job.from_json(line)
