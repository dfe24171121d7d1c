"""A job survives the wire."""

import json
import os
from pathlib import Path

import pytest

from gast_mocap.inference.choice import OwnNetworks
from gast_mocap.inference.protocol.job import Job, Mend, order_from_json


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
            OwnNetworks(detector=Path("own yolo.cfg"), lifter=Path("own lifter.onnx"), detector_score=0.4, causal=True),
        ),
    ],
)
def test_job_comes_back_from_one_line(job: Job) -> None:
    line = job.to_json()
    assert "\n" not in line
    assert Job.from_json(line) == job


@pytest.mark.parametrize("line", ["", "hello", "[]", "3", "{}", "[" * 100_000, '{"video": "a"}', '{"type": "cancel"}'])
def test_garbage_is_no_job(line: str) -> None:
    with pytest.raises(ValueError):
        Job.from_json(line)


@pytest.mark.parametrize(
    "field",
    [
        {"start": "3"}, {"start": 1.5}, {"start": True}, {"start": 10**400}, {"end": [1]}, {"video": 3},
        {"video": "a\0b"}, {"video": None}, {"quality": "superb"}, {"quality": 3}, {"low_memory": 1},
        {"own": {"lifter": {}}}, {"own": {"refinement": "dark"}}, {"own": {"more": 1}}, {"own": 1}, {"more": 1},
    ],
    ids=str,
)  # fmt: skip
def test_a_field_of_another_type_is_no_job(field: dict[str, object]) -> None:
    fields = json.loads(Job(Path("v.mp4"), Path("o.take.npz")).to_json())
    with pytest.raises(ValueError):
        Job.from_json(json.dumps(fields | field))


def test_a_name_that_is_no_text_comes_back() -> None:
    job = Job(Path(os.fsdecode(b"caf\xe9.mp4")), Path("o.take.npz"))
    assert job.to_json().isascii()
    assert Job.from_json(job.to_json()) == job


@pytest.mark.parametrize(
    "order", [Job(Path("clip.mp4"), Path("clip.take.npz")), Mend(Path("clip.take.npz"), '[{"kind": "delete"}]', True)]
)
def test_a_worker_tells_an_import_from_a_mending(order: Job | Mend) -> None:
    assert order_from_json(order.to_json()) == order


@pytest.mark.parametrize("line", ["", "[]", '{"edits": 3, "take": "a"}', '{"edits": "[]"}', '{"take": "a"}'])
def test_garbage_is_no_order(line: str) -> None:
    with pytest.raises(ValueError):
        order_from_json(line)
