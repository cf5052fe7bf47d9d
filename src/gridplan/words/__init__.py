"""What the product says, in Chinese and English: one folder of TOML tables a language.

``Message("checks.duplicate_ids", {"rows": "3, 7"}).text("zh")`` looks the key up in ``zh/checks.toml``. Both languages hold
the same keys with the same placeholders (a test compares them).
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.resources import files
from typing import Any

LANGUAGES = ("zh", "en")
NOTHING = 1e-9  # a share so small is what arithmetic leaves of none


@cache
def _table(language: str, topic: str) -> dict[str, str]:
    """All texts of one topic in one language."""
    text = files(__package__).joinpath(language, f"{topic}.toml").read_text(encoding="utf-8")
    return tomllib.loads(text)


def percent(share: float, digits: int = 1) -> str:
    """Return a share in hundredths, rounded; what is less than all never shows as 100, what is more than nothing never as 0."""
    if NOTHING < share < 1 - NOTHING:
        least = 10.0 ** -(digits + 2)
        share = min(max(share, least), 1 - least)
    return f"{share:.{digits}%}"


def say(language: str, key: str, /, **values: Any) -> str:
    """Return the text of a key ("topic.name") in a language, its placeholders filled.

    Raises
    ------
    KeyError
        If the key, or a placeholder's value, is missing.
    """
    topic, name = key.split(".", 1)
    told = {k: v.text(language) if isinstance(v, Message) else v for k, v in values.items()}
    return _table(language, topic)[name].format(**told)


@dataclass(frozen=True)
class Message:
    """A sentence that is not yet in a language: a key of the words tables and the values for its placeholders."""

    key: str
    values: Mapping[str, Any] = field(default_factory=dict)

    def text(self, language: str) -> str:
        """Return the sentence in "zh" or "en"."""
        return say(language, self.key, **self.values)
