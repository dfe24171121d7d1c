"""The one exception that reaches an animator."""

from .sentences import printable


class MocapError(Exception):
    """A trouble that the animator can act on.

    Args:
        code: stable machine-readable name, e.g. ``"video_missing"``.
        text: one sentence that says what happened and one that says what to do, a ``Sentence`` if anything is
            filled in.
        detail: what a bug report needs and an animator does not, e.g. a library's own message.
    """

    def __init__(self, code: str, text: str, detail: str = "") -> None:
        super().__init__(printable(text))
        self.code = code
        self.text = printable(text)
        self.detail = printable(detail)
