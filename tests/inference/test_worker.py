from pathlib import Path

import pytest

from gast_mocap.inference import mend as mend_module
from gast_mocap.inference.protocol.job import Mend
from gast_mocap.inference.protocol.messages import Filled, Finished, Notice, from_line, to_line
from gast_mocap.inference.worker import work
from gast_mocap.take.sentences import Sentence


def test_notices_go_out_with_what_is_filled_in(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def mend(job, report, notify):
        notify(Sentence("Person {person} is lost.", person=3))
        return job.take

    monkeypatch.setattr(mend_module, "mend", mend)
    sent: list = []
    order = Mend(tmp_path / "a.take.npz", "[]")
    assert work(order, lambda *_: None, sent.append) == Finished(str(order.take))
    assert sent == [Notice("Person 3 is lost.", "Person {person} is lost.", (Filled("person", 3),))]


@pytest.mark.parametrize(
    ("rate", "text"), [(float("inf"), "inf fps"), (float("nan"), "nan fps"), (10.0**300, "1e+300 fps")]
)
def test_a_number_that_no_line_holds_does_not_lose_the_notice(rate: float, text: str) -> None:
    notice = from_line(to_line(Notice.of(Sentence("{fps:g} fps", fps=rate))))
    assert notice == Notice(text)
