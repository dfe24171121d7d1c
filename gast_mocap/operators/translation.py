"""Blender's translation of texts that it does not translate by itself, under the names that its tools look for.

Whatever is filled in stands as ``{name}`` in the text that a translator gets: ``rpt_("Deleted {name}").format(...)``.
"""

from collections.abc import Callable
from typing import cast

from bpy.app import translations

from ..take.sentences import Sentence

Translate = Callable[[str], str]

# Blender's stubs say that these give nothing.
iface_ = cast(Translate, translations.pgettext_iface)
"""Labels that are put together; Blender looks up those that are constant."""
tip_ = cast(Translate, translations.pgettext_tip)
"""Tooltips that are put together, why a button is grey, and hints."""
rpt_ = cast(Translate, translations.pgettext_rpt)
"""Reports, notices and errors."""
data_ = cast(Translate, translations.pgettext_data)
"""Names of things that are made."""


def said(text: str) -> str:
    """``text`` in the user's language. What is filled into a sentence is put where that language wants it; whole
    sentences among it are translated too."""
    if not isinstance(text, Sentence):
        return rpt_(text)
    values = {
        name: said(value) if isinstance(value, str) and value.endswith(".") else value
        for name, value in text.values.items()
    }
    try:
        return rpt_(text.template).format(**values)
    except (LookupError, TypeError, ValueError):
        return str(text)  # the translator filled in what is not there
