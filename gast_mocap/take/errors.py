"""The one exception that reaches an animator."""


class MocapError(Exception):
    """A trouble that the animator can act on.

    Args:
        code: stable machine-readable name, e.g. ``"video_missing"``.
        text: one sentence that says what happened and one that says what to do.
        detail: what a bug report needs and an animator does not, e.g. a library's own message.
    """

    def __init__(self, code: str, text: str, detail: str = "") -> None:
        super().__init__(text)
        self.code = code
        self.text = text
        self.detail = detail
