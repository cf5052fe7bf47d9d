"""The plan file: defaults, and every fault told at once in words of our own."""

import datetime as dt
import pickle
import re

import pytest

from gridplan.config import read_plan_file
from gridplan.errors import UsageError

NEEDED = """
[inputs.communities]
path = "communities.shp"
id = "SQDM"
[inputs.households]
path = "buildings.gpkg"
"""


@pytest.fixture
def read(tmp_path):
    """Write a plan file and read it."""

    def written(text, *, needed=NEEDED, encoding="utf-8"):
        path = tmp_path / "plan.toml"
        path.write_bytes((needed + text).encode(encoding))
        return read_plan_file(path)

    return written


@pytest.fixture
def faults(read):
    """Write a plan file that is wrong and return its faults, a line each."""

    def told(text, **how):
        with pytest.raises(UsageError) as caught:
            read(text, **how)
        assert caught.value.status == 2
        assert len(caught.value.text("zh").splitlines()) == len(caught.value.messages)
        return caught.value.text("en").splitlines()

    return told


def test_the_least_plan_file_has_the_defaults_of_the_contract(read, tmp_path):
    """Two inputs are enough; all else is as the contract says."""
    plan = read("")
    assert (plan.path, plan.folder) == (tmp_path / "plan.toml", tmp_path)
    assert (plan.project.name, plan.project.language, plan.project.metric_crs) == ("plan", "zh", "auto")
    assert plan.partition.households_per_worker == (150, 200)
    assert plan.partition.workers_per_grid == (1, 1)
    assert plan.partition.workers == "middle"
    assert plan.partition.microgrid_households is None
    assert plan.partition.keep_whole == ("compound", "building")
    assert plan.partition.distance == "auto"
    assert plan.partition.code.format(community_id="C", n=7) == "C007"
    assert set(plan.partition.prices.model_dump().values()) == {0.0}
    assert plan.staffing is None
    assert plan.circle is None
    assert list(plan.inputs.given) == ["communities", "households"]


def test_a_table_without_keys_takes_its_defaults(read):
    """An empty [staffing] or [circle] is there, with the contract's values."""
    plan = read("[staffing]\n[circle]\n")
    assert plan.staffing.households_per_worker == (150, 200)
    assert plan.staffing.workers_per_10000_residents == 18
    assert (plan.circle.minutes, plan.circle.walking_km_per_hour, plan.circle.detour) == (15, 4.0, 1.3)
    assert plan.circle.services == ()


def test_everything_that_the_contract_names_is_taken(read):
    """A plan file with all tables is read as it stands."""
    plan = read(
        """
        households = "HS"
        x = "lng"
        y = "lat"
        coordinates = "GCJ02"
        [inputs.roads]
        path = "roads.gpkg"
        rank = "class"
        [inputs.facilities]
        path = "facilities.csv"
        category = "kind"
        [inputs.workers]
        path = "workers.xlsx"
        community = "community_id"
        availability = "share"
        [project]
        name = "Town"
        note = "synthetic"
        language = "en"
        date = 2026-11-21
        metric_crs = "epsg:4547"
        [partition]
        households_per_worker = [150, 200.5]
        workers_per_grid = [1, 3]
        workers = 12
        microgrid_households = [30, 60]
        keep_whole = []
        distance = "walk"
        code = "{n:02}-{community_id}"
        [partition.prices]
        off_middle = 2
        """
    )
    assert plan.project.date == dt.date(2026, 11, 21)
    assert plan.project.metric_crs == "EPSG:4547"
    assert plan.inputs.households.columns == {"households": "HS"}
    assert plan.inputs.households.coordinates == "gcj02"
    assert plan.inputs.workers.columns == {"community": "community_id", "availability": "share"}
    assert plan.partition.workers == 12
    assert plan.partition.keep_whole == ()
    assert plan.partition.prices.off_middle == 2


def test_a_service_is_within_metres_or_minutes(read):
    """Fifteen minutes at 4 km/h are exactly 1,000 m; own minutes and metres go before."""
    circle = read(
        """
        [circle]
        [[circle.services]]
        category = "clinic"
        [[circle.services]]
        category = "shop"
        minutes = 6
        new = 0
        [[circle.services]]
        category = "school"
        metres = 500
        capacity = 300
        """
    ).circle
    assert [circle.limit_m(service) for service in circle.services] == pytest.approx([1000, 400, 500])
    assert circle.services[1].new == 0


def test_plan_files_are_frozen_and_travel(read):
    """A plan file cannot be changed, and comes through pickling whole, path and all."""
    plan = read("")
    with pytest.raises(ValueError, match="frozen"):
        plan.project.name = "x"
    copy = pickle.loads(pickle.dumps(plan))  # noqa: S301
    assert (copy, copy.path) == (plan, plan.path)


def test_a_byte_order_mark_is_fine(read):
    """Windows editors put one at the start."""
    assert read("", encoding="utf-8-sig").project.language == "zh"


def test_all_faults_are_told_at_once(faults):
    """Nothing is left for a second try."""
    told = faults(
        """
        [project]
        date = "2026-11-21"
        language = "de"
        [inputs.roads]
        [partition]
        households_per_worker = [200, 150]
        workers_per_grid = [3, 1]
        prices.split_compound = -1
        [circle]
        detour = 0.5
        [[circle.services]]
        category = "a"
        minutes = 5
        metres = 300
        [[circle.services]]
        category = "b"
        new = 1.5
        """
    )
    places = [re.split(r" =| is ", line)[0] for line in told]
    assert places == [
        "[project] language",
        "[project] date",
        "[inputs.roads] path",
        "[partition] households_per_worker",
        "[partition] workers_per_grid",
        "[partition.prices] split_compound",
        "[circle] detour",
        "[[circle.services]] 1 metres",
        "[[circle.services]] 2 new",
    ]


@pytest.mark.parametrize(
    ("text", "place", "near"),
    [
        ('idd = "x"', "[inputs.households] idd", "id"),
        (
            "[partition]\nhousehold_per_worker = [1, 2]",
            "[partition] household_per_worker",
            "households_per_worker",
        ),
        ("[partition.prices]\noff_midle = 1", "[partition.prices] off_midle", "off_middle"),
        ("[staf]\n", "[staf]", "staffing"),
        ('[inputs.shops]\npath = "x"', "[inputs.shops]", "roads"),
        ('[[circle.services]]\ncategory = "a"\nminuts = 5', "[[circle.services]] 1 minuts", "minutes"),
    ],
)
def test_an_unknown_key_names_the_nearest_known_one(faults, text, place, near):
    """A misspelt key is never silently a default."""
    (told,) = faults(text)
    assert told.startswith(f"{place} is not a key")
    assert near in told or place == "[inputs.shops]"


@pytest.mark.parametrize(
    "line",
    [
        "households_per_worker = [200, 150]",
        "households_per_worker = [0, 150]",
        "households_per_worker = [150]",
        'households_per_worker = "150-200"',
        "households_per_worker = [inf, inf]",
        "workers_per_grid = [1.0, 2]",
        "workers_per_grid = [0, 2]",
        "workers_per_grid = [2, 1]",
        'workers = "midle"',
        "workers = 0",
        "workers = true",
        "workers = 1.5",
        'keep_whole = ["entrance"]',
        'keep_whole = ["building", "building"]',
        'keep_whole = "building"',
        'distance = "metro"',
        'code = "{community_id}"',
        'code = "{n:03}"',
        'code = "{community_id}{n:03}{street}"',
        'code = "{community_id}{n:03"',
        'code = "{community_id}{n:{width}}"',
        'code = "{community_id:d}{n}"',
        "microgrid_households = [60, 30]",
        "prices = 3",
    ],
)
def test_nonsense_is_refused_with_what_was_wanted(faults, line):
    """Each value that cannot be used is one sentence with the value and what it should be."""
    (told,) = faults(f"[partition]\n{line}\n")
    key = line.partition(" ")[0]
    assert told.startswith(f"[partition.{key}] = " if key == "prices" else f"[partition] {key} = ")
    assert "Wanted: " in told


@pytest.mark.parametrize(
    "line",
    [
        'coordinates = "wgs85"',
        'coordinates = "EPSG:x"',
        'encoding = "latin-99"',
        'encoding = "hex"',
        'layer = ""',
        'households = ""',
        "households = 3",
        "x = 1",
    ],
)
def test_nonsense_of_an_input_is_refused(faults, line):
    """The keys of an input have kinds of their own."""
    (told,) = faults(line)
    assert told.startswith(f"[inputs.households] {line.partition(' ')[0]} = ")


def test_missing_tables_are_named(faults):
    """Communities and households are needed, and communities need an id."""
    assert [line.split(" is ")[0] for line in faults("", needed="")] == [
        "[inputs.communities]",
        "[inputs.households]",
    ]
    needed = '[inputs]\ncommunities = {path = "a"}\nhouseholds = 3'
    assert [re.split(" is | = ", line)[0] for line in faults("", needed=needed)] == [
        "[inputs.communities] id",
        "[inputs.households]",
    ]


def test_a_service_stands_there_once(faults):
    """Two services of one category could not be told apart."""
    (told,) = faults('[circle]\nservices = [{category = "a"}, {category = "a"}]')
    assert told.startswith("[circle] services")


def test_walking_needs_roads(faults):
    """Without roads nobody can walk over them."""
    (told,) = faults('[partition]\ndistance = "walk"')
    assert "[inputs.roads]" in told


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('a = "x\nb = 1', 7),
        ("a = 'x\nb = 1", 8),
        ('p = "C:\\data"', 7),
        ("a = [1", 7),
    ],
)
def test_toml_that_cannot_be_read_names_its_line(faults, text, line):
    """Syntax errors say where, in our own words."""
    (told,) = faults(text)
    assert f"at line {line} or above it: {text.splitlines()[line - 7]}" in told


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("a = 1\na = 2", "repeats itself at line 8: a = 2."),
        ("[staffing]\n[staffing]", "repeats itself at line 8: [staffing]."),
        ("[project]\nname = Harbour   Street", "in line 8 cannot be understood: name = Harbour Street."),
    ],
)
def test_the_commonest_slips_have_their_own_sentence(faults, text, said):
    """What stands twice, and a text without quotes, are told as such."""
    (told,) = faults(text)
    assert said in told


def test_files_that_cannot_be_read_are_told(tmp_path, faults):
    """A missing file, a folder, and another encoding are faults of the command line or the plan file."""
    for path, word in ((tmp_path / "none.toml", "no plan file"), (tmp_path, "cannot be read")):
        with pytest.raises(UsageError, match=word):
            read_plan_file(path)
    (told,) = faults('[project]\nname = "社区"', encoding="gbk")
    assert "not in UTF-8" in told
    assert "line 8" in told


def test_pydantic_never_speaks(faults):
    """None of the library's own words reaches the reader."""
    told = " ".join(
        faults('workers = 1\n[project]\nname = 1\ndate = 5\n[circle]\nservices = [1]\nminutes = "x"')
    )
    assert not re.search("pydantic|Input should|valid |type=|validator", told)
