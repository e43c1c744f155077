"""The words of deep learning, each with a plain sentence, a formula, an example and a picture where they help.

`heron explain softmax` prints one; `docs/glossary.md` is written from the same data by `markdown`.
"""

from __future__ import annotations

from heron.glossary.look_up import TERMS, UnknownTermError, find, spelling
from heron.glossary.pages import as_text, markdown
from heron.glossary.term import Term

__all__ = ["TERMS", "Term", "UnknownTermError", "as_text", "find", "markdown", "spelling"]
