"""Grids that somebody has drawn: judged as they are, refused with their rows, or kept while the rest is solved."""

import json
from pathlib import Path

import numpy as np
import pandas as pd
import pytest

from gridplan.cli import main
from gridplan.config import read_plan_file
from gridplan.errors import InputError
from gridplan.naming import heirs, renumbered
from gridplan.options import Options
from gridplan.pipeline import run
from gridplan.plan import Plan
from test_pipeline import write_place

# the households of u01..u11, two rows a unit, as the inputs number them
DRAWN = {
    "A": ("u01", "u02", "u04"),
    "B": ("u03", "u05", "u06"),
    "C": ("u07", "u10", "u11"),
    "D": ("u08", "u09"),
}
UNITS = [f"u{number:02}" for number in range(1, 12)]


@pytest.fixture(scope="module")
def place(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the plan file of the twelve squares."""
    return write_place(tmp_path_factory.mktemp("place"))


@pytest.fixture(scope="module")
def plan(place: Path) -> Plan:
    """Return the solver's plan of the twelve squares."""
    return run(read_plan_file(place))


def table(folder: Path, grids: dict[str, tuple[str, ...]], **changed: str) -> str:
    """Write the grid of each household row and return the path; ``changed``: rows that say something else."""
    of = {unit: grid for grid, units in grids.items() for unit in units}
    rows = [(f"h{2 * at + side}", of.get(unit, "")) for at, unit in enumerate(UNITS) for side in (0, 1)]
    told = pd.DataFrame(rows, columns=["household_id", "grid_id"]).set_index("household_id")
    for row, grid in changed.items():
        told.loc[row, "grid_id"] = grid
    path = folder / "drawn.csv"
    told.to_csv(path, encoding="utf-8-sig")
    return str(path)


def applied(place: Path, path: str, *, improve: bool = False) -> Plan:
    """Run the job on a table of grids."""
    return run(read_plan_file(place), Options(drawn=path, improve=improve))


def grid_by_unit(plan: Plan) -> dict[str, str]:
    """Return the grid of each building."""
    rows = plan.households
    return {unit: rows["grid_id"].iloc[2 * at] for at, unit in enumerate(UNITS)}


def community(plan: Plan, name: str) -> dict[str, object]:
    """Return the report of a community."""
    return next(row for row in plan.report["communities"] if row["community_id"] == name)


def test_a_plan_given_back_is_the_same(place: Path, plan: Plan, tmp_path: Path):
    """The solver's own grids, read from a table, are the same plan: codes, objective, bounds, status."""
    path = tmp_path / "own.csv"
    plan.units[["unit_id", "grid_id"]].to_csv(path, index=False)
    again = applied(place, str(path))
    assert again.units["grid_id"].tolist() == plan.units["grid_id"].tolist()
    assert again.report["communities"] == plan.report["communities"]


def test_what_is_drawn_is_judged(place: Path, plan: Plan, tmp_path: Path):
    """C with u08 and C2 without: 100 more and 100 fewer, both out of band; the solver's bounds stand beside that."""
    drawn = {**DRAWN, "C": ("u07", "u08", "u10", "u11"), "D": ("u09",)}
    judged = applied(place, table(tmp_path, drawn))
    grid = grid_by_unit(judged)
    assert len({grid[unit] for unit in drawn["C"]}) == 1
    row, best = community(judged, "C2"), community(plan, "C2")
    assert row["out_of_band"] == 2
    assert row["households_outside"] == (320 - 200) + (150 - 80)
    assert row["out_of_band_bound"] == best["out_of_band_bound"]
    assert row["reason"]
    assert community(judged, "C1")["status"] == "optimal"


def test_codes_of_the_table_stay(place: Path, tmp_path: Path):
    """A grid called C1005 in the table is called so in the plan; one with a name of no pattern gets the next number."""
    drawn = {"C1005": DRAWN["A"], "mine": DRAWN["B"], "C2001": DRAWN["C"], "C2002": DRAWN["D"]}
    grid = grid_by_unit(applied(place, table(tmp_path, drawn)))
    assert (grid["u01"], grid["u03"], grid["u07"], grid["u08"]) == ("C1005", "C1006", "C2001", "C2002")


def test_improve_keeps_what_is_drawn(place: Path, plan: Plan, tmp_path: Path):
    """With one grid drawn the rest is solved, and that one is kept."""
    path = table(tmp_path, {"C2007": ("u07", "u08")})
    grid = grid_by_unit(applied(place, path, improve=True))
    assert [unit for unit in UNITS if grid[unit] == "C2007"] == ["u07", "u08"]
    assert grid["u01"] == grid_by_unit(plan)["u01"]


@pytest.mark.parametrize(
    ("drawn", "changed", "told"),
    [
        (DRAWN, {"h99": "A"}, "drawn_unknown"),
        (DRAWN, {"h0": "B"}, "drawn_twice"),
        ({**DRAWN, "D": ("u08",)}, {}, "drawn_missing"),
        ({**DRAWN, "B": ("u03", "u05", "u06", "u07"), "C": ("u10", "u11")}, {}, "drawn_communities"),
        ({**DRAWN, "A": ("u01", "u06", "u04"), "B": ("u03", "u05", "u02")}, {}, "drawn_pieces"),
    ],
)
def test_what_cannot_be_is_refused(
    place: Path,
    tmp_path: Path,
    drawn: dict[str, tuple[str, ...]],
    changed: dict[str, str],
    told: str,
):
    """Unknown ids, a unit in two grids, units left out, grids across communities or in pieces: told, nothing made."""
    with pytest.raises(InputError) as caught:
        applied(place, table(tmp_path, drawn, **changed))
    assert [message.key for message in caught.value.messages] == [f"checks.{told}"]


def test_the_command_writes_beside_the_plan(place: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]):
    """``gridplan apply`` leaves the solver's folder alone and writes its own; without a table it asks for one."""
    path = table(tmp_path, DRAWN)
    assert main(["apply", str(place), "--assignment", path, "--quiet", "--json"]) == 0
    told = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert told["status"] == 0
    assert (place.parent / "applied" / "plan.gpkg").is_file()
    assert not (place.parent / "out").exists()
    assert main(["apply", str(place)]) == 2
    assert "--assignment" in capsys.readouterr().err


def test_codes_go_to_those_who_have_most_of_them():
    """Together the grids keep as much as can be: 30 + 25 rather than 35 and nothing."""
    rows = pd.Series(["x", "y", "x", ""])
    kept = heirs(np.array([0, 0, 1, 2]), rows, np.array([35.0, 30.0, 25.0, 9.0]))
    assert kept.to_dict() == {0: "y", 1: "x", 2: ""}


def test_numbers_used_once_do_not_come_again():
    """New grids follow after all that ever were: 5 lives, 7 is retired, so 8 and 9 are next."""
    frame = pd.DataFrame({"community_id": ["C"] * 3})
    earlier = pd.Series(["", "C005", ""])
    number = renumbered("{community_id}{n:03}", frame, pd.Series([2, 3, 1]), earlier, frozenset({"C007"}))
    assert number.tolist() == [9, 5, 8]
