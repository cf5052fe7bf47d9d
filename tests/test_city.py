"""A plan file of many streets: each planned by itself, kept while others go on, summed up on a page and in a workbook."""

import json
import os
import signal
from collections.abc import Mapping
from itertools import combinations
from pathlib import Path

import geopandas as gpd
import openpyxl
import pandas as pd
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from gridplan.city import streets_of
from gridplan.city.money import spread
from gridplan.cli import main
from gridplan.config import read_plan_file
from gridplan.errors import InputError, OutputError
from gridplan.reach import Spent
from gridplan.spread import spread_over
from gridplan.synthetic import make_city
from tiny_city import PLAN, write_town

CANDIDATES = """[inputs.candidates]
path = "candidates/{street}.csv"
id = "id"
cost = "cost"
x = "x"
y = "y"
coordinates = "EPSG:4547"
"""


@pytest.fixture
def town(tmp_path: Path) -> Path:
    """Three streets as files."""
    return write_town(tmp_path).parent


def told(capsys: pytest.CaptureFixture[str]) -> dict[str, object]:
    """Return the last line of standard output as JSON."""
    return json.loads(capsys.readouterr().out.strip().split("\n")[-1])


def run(town: Path, *more: str, jobs: int = 1) -> int:
    """Plan the city into ``out``."""
    return main(
        [
            *("run", str(town / "plan.toml"), "--out", str(town / "out"), "--jobs", str(jobs)),
            *("--quiet", "--json", *more),
        ]
    )


def test_a_city_is_the_sum_of_its_streets(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Three streets of 720 households in 4 grids of 180 are 2,160 in 12; each has its own plan; names are text."""
    assert run(town) == 0
    found = told(capsys)
    assert found["totals"]["streets"] == 3
    assert found["totals"]["households"] == 2160
    assert found["totals"]["grids"] == 12
    assert found["totals"]["in_band_share"] == 1
    out = town / "out"
    for street in ("s0", "s1", "s2"):
        assert (out / "streets" / street / "maps" / "index.html").is_file()
        assert (out / "streets" / street / "plan.gpkg").is_file()
    page = (out / "city.html").read_text(encoding="utf-8")
    assert "<b>市</b>" not in page
    assert "&lt;b&gt;市&lt;/b&gt;" in page
    assert page.count('href="streets/s1/maps/index.html"') == 2  # of the map and of the table
    assert page.count("<path") == 3
    book = openpyxl.load_workbook(out / "city.xlsx")
    assert book.sheetnames == ["街道", "便民设施"]
    names = [cell.value for cell in book["街道"]["B"]]
    assert "=街1" in names
    assert all(cell.data_type != "f" for cell in book["街道"]["B"])
    assert not list(out.glob(".city.jsonl"))


def test_a_street_with_faults_does_not_stop_the_others(
    town: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The middle street's households are text; it is told, the others are planned; mended, only it is planned."""
    path = town / "households" / "s1.parquet"
    good = path.read_bytes()
    gpd.read_parquet(path).assign(households="many").to_parquet(path)
    assert run(town) == 3
    found = told(capsys)
    assert found["refused"] == ["s1"]
    assert found["totals"]["grids"] == 8
    page = (town / "out" / "city.html").read_text(encoding="utf-8")
    assert "many" in page
    assert page.count("<path") == 2
    before = (town / "out" / "streets" / "s0" / "plan.gpkg").stat().st_mtime_ns
    path.write_bytes(good)
    assert run(town, "--resume") == 0
    assert told(capsys)["totals"]["grids"] == 12
    assert (town / "out" / "streets" / "s0" / "plan.gpkg").stat().st_mtime_ns == before


def test_resuming_plans_changed_streets_anew(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A street whose households changed since is planned again, the others are not; without --resume all are."""
    assert run(town) == 0
    stamps = {s: (town / "out" / "streets" / s / "plan.gpkg").stat().st_mtime_ns for s in ("s0", "s2")}
    path = town / "households" / "s2.parquet"
    gpd.read_parquet(path).assign(households=80).to_parquet(path)
    assert run(town, "--resume") == 0
    assert told(capsys)["totals"]["households"] == 2160 - 80
    now = {s: (town / "out" / "streets" / s / "plan.gpkg").stat().st_mtime_ns for s in ("s0", "s2")}
    assert now["s0"] == stamps["s0"]
    assert now["s2"] != stamps["s2"]


def test_processes_change_nothing(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Over two processes the same bytes come as in one."""
    files = ("city.html", "city.xlsx", "city.json", "streets/s1/plan.gpkg", "streets/s2/maps/index.html")
    assert run(town) == 0
    one = {name: (town / "out" / name).read_bytes() for name in files}
    assert run(town, jobs=2) == 0
    assert {name: (town / "out" / name).read_bytes() for name in files} == one


def test_all_streets_are_checked(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Faults are told street by street; what is for one street says so."""
    plan = str(town / "plan.toml")
    path = town / "households" / "s2.parquet"
    gpd.read_parquet(path).assign(households=-5).to_parquet(path)
    assert main(["check", plan, "--json", "--lang", "en"]) == 4
    found = told(capsys)["streets"]
    assert "negative" in {fault["code"] for fault in found["s2"]}
    assert "negative" not in {fault["code"] for fault in found.get("s0", [])}
    for command in (["adjust", plan, "--from", plan], ["check", plan, "--fix", str(town / "x")]):
        assert main([*command, "--lang", "en"]) == 2
        assert "{street}" in capsys.readouterr().err


def test_what_somebody_wrote_into_a_street_is_kept(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A note in a street's workbook outlives the next run, which says where; the city's report names no folder of this machine."""
    assert run(town) == 0
    workbook = town / "out" / "streets" / "s1" / "staffing.xlsx"
    book = openpyxl.load_workbook(workbook)
    book.worksheets[0]["Z99"] = "ask the office"
    book.save(workbook)
    capsys.readouterr()
    assert run(town) == 0
    report = (town / "out" / "city.json").read_text(encoding="utf-8")
    assert str(town) not in report
    (name,) = next(row["kept_files"] for row in json.loads(report)["streets"] if row["street"] == "s1")
    kept = workbook.parent / name
    assert openpyxl.load_workbook(kept).worksheets[0]["Z99"].value == "ask the office"
    assert str(kept) in capsys.readouterr().err


def test_other_documents_are_not_touched(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """A folder that holds something else is refused before anything is planned."""
    (town / "out").mkdir()
    (town / "out" / "letter.txt").write_text("dear", encoding="utf-8")
    assert run(town) == OutputError.status
    assert [one.name for one in (town / "out").iterdir()] == ["letter.txt"]


def test_streets_are_found_by_their_files(town: Path) -> None:
    """A street lacks what it has no file of; brackets in a folder's name are no pattern; no file is a fault."""
    found = streets_of(read_plan_file(town / "plan.toml"))
    assert list(found) == ["s0", "s1", "s2"]
    assert found["s0"].inputs.facilities is not None
    assert found["s1"].inputs.facilities is None
    assert found["s1"].inputs.households.path == "households/s1.parquet"
    odd = town / "[a]*"
    odd.mkdir()
    (odd / "communities").mkdir()
    (odd / "communities" / "x.parquet").write_bytes(b"")
    (odd / "plan.toml").write_text(PLAN, encoding="utf-8")
    assert list(streets_of(read_plan_file(odd / "plan.toml"))) == ["x"]
    (odd / "communities" / "x.parquet").unlink()
    with pytest.raises(InputError, match="No street"):
        streets_of(read_plan_file(odd / "plan.toml"))
    (odd / "plan.toml").write_text(PLAN.replace("communities/{street}", "communities/x"), encoding="utf-8")
    with pytest.raises(InputError, match="communities"):
        streets_of(read_plan_file(odd / "plan.toml"))


def test_a_folder_a_street_is_understood(town: Path) -> None:
    """Where the street's name stands twice in a path it is one name."""
    text = PLAN.replace("communities/{street}.parquet", "parts/street={street}/{street}.parquet")
    for street, file in (("a", "a"), ("b", "b"), ("c", "other")):
        folder = town / "parts" / f"street={street}"
        folder.mkdir(parents=True)
        (folder / f"{file}.parquet").write_bytes(b"")
    (town / "plan.toml").write_text(text, encoding="utf-8")
    assert list(streets_of(read_plan_file(town / "plan.toml"))) == ["a", "b"]


def test_made_up_cities_grow_by_streets(tmp_path: Path) -> None:
    """A larger city begins with the streets of a smaller one, byte for byte; codes are used once; households suffice."""
    small, large = tmp_path / "small", tmp_path / "large"
    make_city(small, 13_000)
    plan = make_city(large, 24_000)
    assert sorted(one.name for one in (small / "households").iterdir()) == [
        "990101001.parquet",
        "990101002.parquet",
    ]
    for path in small.rglob("*.parquet"):
        assert (large / path.relative_to(small)).read_bytes() == path.read_bytes()
    rows = pd.concat([gpd.read_parquet(one) for one in (large / "households").iterdir()])
    assert rows["户数"].sum() >= 24_000
    assert not rows["单元编号"].duplicated().any()
    assert len(streets_of(read_plan_file(plan))) == 3


def _die_once(task: tuple[Path, int]) -> int:
    """Double a number; end the process the first time that it is 3."""
    mark, number = task
    if number == 3 and not mark.exists():
        mark.touch()
        os.kill(os.getpid(), signal.SIGKILL)
    return 2 * number


def _die(_task: int) -> int:
    os.kill(os.getpid(), signal.SIGKILL)
    return 0


@pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="the system has no such signal")
def test_a_process_that_dies_is_replaced(tmp_path: Path) -> None:
    """What it was at is done by another one; where all die it is told, with what to do."""
    tasks = [(tmp_path / "mark", number) for number in range(6)]
    with spread_over(2, preload=__name__) as spread:
        assert list(spread(_die_once, tasks)) == [0, 2, 4, 6, 8, 10]
    with (
        pytest.raises(OutputError, match="--jobs"),
        spread_over(2, preload=__name__) as spread,
    ):
        list(spread(_die, [1, 2]))


Items = list[tuple[int, int]]  # cost and households of a street's sites


def of_budget(items: Items, budget: float) -> Spent:
    """Return the best that a budget does for a street whose sites reach different households, by trying all."""
    total = sum(gain for _, gain in items)
    tried = [
        (-sum(gain for _, gain in some), sum(cost for cost, _ in some))
        for count in range(len(items) + 1)
        for some in combinations(items, count)
        if sum(cost for cost, _ in some) <= budget
    ]
    best, spent = min(tried)
    return Spent(budget=budget, spent=spent, uncovered=total + best, bound=total + best)


@settings(max_examples=60, deadline=None)
@given(
    st.lists(st.lists(st.tuples(st.integers(0, 9), st.integers(1, 50)), max_size=4), min_size=1, max_size=3),
    st.integers(1, 30),
)
def test_a_budget_is_spread_within_its_bound(streets: list[Items], budget: int) -> None:
    """The spread keeps to the budget; the best of all spreads, by trying all sites of all streets, lies between bound and plan."""

    def look(asked: Mapping[str, list[float]]) -> dict[str, list[Spent]]:
        return {name: [of_budget(streets[int(name)], b) for b in budgets] for name, budgets in asked.items()}

    found = spread(float(budget), [str(at) for at in range(len(streets))], look)
    assert found is not None
    best = of_budget([item for items in streets for item in items], budget).uncovered
    assert found.spent <= budget + 1e-6
    assert found.spent == pytest.approx(sum(found.each.values()))
    assert found.bound <= best + 1e-6
    assert best <= found.uncovered + 1e-6
    assert found.price >= 0


def test_without_streets_to_look_at_no_budget_is_spread() -> None:
    """Where every street has faults there is nothing to spread."""
    assert spread(10.0, ["a"], lambda _: {}) is None


def test_a_budget_of_the_whole_city_is_spent_once(town: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Two streets lack a pharmacy; a site costs 10 here and 8 there, 11 are to be had: the cheaper is opened, 720 stay without."""
    text = PLAN.replace("[circle]\n", "[circle]\nbudget = 11\n") + "\n"
    text = text.replace("[inputs.facilities]", CANDIDATES + "[inputs.facilities]")
    (town / "plan.toml").write_text(text, encoding="utf-8")
    (town / "candidates").mkdir()
    for street, x, cost in (("s0", 300, 1), ("s1", 1_300, 10), ("s2", 2_300, 8)):
        row = {"id": [f"N{street}"], "cost": [cost], "x": [500_000 + x], "y": [3_300_200]}
        pd.DataFrame(row).to_csv(town / "candidates" / f"{street}.csv", index=False)
    assert run(town) == 0
    found = told(capsys)
    assert found["money"]["spent"] == pytest.approx(8)
    assert found["money"]["uncovered"] == pytest.approx(720)
    assert 0 <= found["money"]["bound"] <= 720
    assert found["services"][0]["new"] == 1
    assert found["services"][0]["covered_after"] == pytest.approx(1440 / 2160)
    assert "720" in (town / "out" / "city.html").read_text(encoding="utf-8")
    sheet = openpyxl.load_workbook(town / "out" / "city.xlsx")["街道"]
    heads = [cell.value for cell in sheet[3]]
    column = heads.index("分得的预算") + 1
    assert [sheet.cell(row, column).value for row in (4, 5, 6)] == pytest.approx([0, 0, 8])
