"""The one exception that reaches an animator."""


class MocapError(Exception):
    """A trouble that the animator can act on.

    Args:
        code: stable machine-readable name, e.g. ``"video_missing"``.
        text: one sentence that says what happened and one that says what to do.
        detail: what a bug report needs and an animator does not, e.g. a library's own message.
    """

    def __init__(self, code: str, text: str, detail: str = "") -> None:
        super().__init__(printable(text))
        self.code = code
        self.text = printable(text)
        self.detail = printable(detail)


def printable(text: str) -> str:
    """``text`` that every screen and file takes: a file's name may hold what is no character."""
    return text.encode("utf-8", "backslashreplace").decode().replace("\0", "\\0")
