"""What the worker is asked to do."""

import json
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from ...take.settings import Quality


@dataclass(frozen=True)
class Job:
    """One video to turn into one take.

    Frames count from 0; ``end`` is exclusive, None means the end of the video.
    ``lifter`` is an ONNX file to lift with instead of the bundled one.
    """

    video: Path
    output: Path
    preview: Path | None = None
    start: int = 0
    end: int | None = None
    quality: Quality = Quality.BALANCED
    low_memory: bool = False
    lifter: Path | None = None

    def to_json(self) -> str:
        """One line of JSON."""
        return json.dumps(asdict(self), default=str)

    @classmethod
    def from_json(cls, line: str) -> "Job":
        """Raises ValueError when ``line`` is no job."""
        try:
            fields: dict[str, Any] = json.loads(line)
            for name in ("video", "output", "preview", "lifter"):
                fields[name] = None if fields[name] is None else Path(fields[name])
            fields["quality"] = Quality(fields["quality"])
            return cls(**fields)
        except (TypeError, KeyError, AttributeError) as error:
            raise ValueError(f"not a job: {line!r}") from error
