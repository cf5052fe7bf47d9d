"""docs/maps.md holds: its example runs, and its page draws a layer of one's own."""

import re
from pathlib import Path

import pytest

from gridplan.export.write import write_run
from gridplan.maps import pages
from tiny_plan import tiny_plan

PAGE = Path(__file__).parents[1] / "docs" / "maps.md"


def test_the_example_makes_a_page_with_its_own_layer(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """The layer is in the list of layers, its shapes are in the page, and nothing is asked of a network."""
    code = re.search(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.DOTALL)
    assert code
    plan = tiny_plan()
    write_run(plan, tmp_path / "out", pages=pages(plan))
    monkeypatch.chdir(tmp_path)
    exec(compile(code[1], str(PAGE), "exec"), {})  # noqa: S102 # our own example
    made = (tmp_path / "mine.html").read_text(encoding="utf-8")
    assert "my communities" in made
    assert "FeatureCollection" in made
    assert "default-src 'none'" in made
