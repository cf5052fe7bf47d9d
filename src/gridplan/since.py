"""What became of the inputs since a plan was made from them, by the checksums that its report holds."""

from collections.abc import Mapping
from contextlib import suppress

from gridplan.config import PlanFile
from gridplan.errors import InputError
from gridplan.sources import read_source
from gridplan.words import Message


def changes_since(then: Mapping[str, str], now: Mapping[str, str]) -> list[Message]:
    """Return a sentence for each input (label -> SHA-256) that is not what it was; none where nothing changed.

    Examples
    --------
    >>> changes_since({"a.shp": "1", "b.csv": "2"}, {"a.shp": "1", "b.csv": "3"})
    [Message(key='checks.since_changed', values={'file': 'b.csv'})]
    """
    kinds = (
        ("changed", [label for label in then if label in now and now[label] != then[label]]),
        ("gone", [label for label in then if label not in now]),
        ("new", [label for label in now if label not in then]),
    )
    return [Message(f"checks.since_{kind}", {"file": label}) for kind, labels in kinds for label in labels]


def checksums(plan: PlanFile) -> dict[str, str]:
    """Return the SHA-256 of what is read of each input that can be opened, by its label, as a report holds them."""
    found: dict[str, str] = {}
    for wanted in plan.inputs.given.values():
        with suppress(InputError):
            source = read_source(wanted, plan.folder).source
            found[source.label] = source.sha256
    return found
