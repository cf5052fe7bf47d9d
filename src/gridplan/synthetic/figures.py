"""The published figures of the reference district, dealt out to its communities.

Source: the published statistics of an eastern-coast district, end of 2022: 36 communities, 105.68 km2,
227,600 planned households of which 120,100 are lived in, 304,500 residents, 661 compounds (558 handed
over), 336 workers, 139 committee members. Which community has how much was not published, but for the
extremes; what ``STREETS`` says about it is made up.
"""

from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

import numpy as np

from gridplan.synthetic.apportion import apportion

AREA_KM2 = 105.68
PLANNED = 227_600
RESIDENTS = 304_500
COMPOUNDS = 661
UNFINISHED = 103  # compounds not yet handed over: planned households, nobody lives there
FULL_TIME = 336
HELPERS = 139
DISTRICT_CODE = "990101"  # no province has the code 99


class Era(NamedTuple):
    """What the time when a community was built says about its homes."""

    name: str
    occupancy: float  # share of the planned households of finished compounds that are lived in
    lived_in: tuple[float, float]  # the same share, of single compounds
    unfinished: float  # weight of the share of its compounds that are not handed over
    people_per_household: float
    compound_households: float  # planned, typical of a compound
    entrance_households: float  # planned, typical of an entrance
    services: float  # weight of the facilities for everyday use a household has nearby
    helpers: float  # weight of the committee members a household has


ERAS = {
    "old": Era("old", 0.84, (0.70, 0.95), 0.15, 2.42, 250.0, 34.0, 1.35, 1.2),
    "new": Era("new", 0.58, (0.30, 0.70), 1.0, 2.60, 400.0, 49.0, 0.75, 0.9),
    "rural": Era("rural", 0.57, (0.30, 0.70), 1.1, 2.62, 330.0, 44.0, 0.55, 0.7),
}


class Community(NamedTuple):
    """A community as the layout has it."""

    name: str
    era: str
    area_km2: float  # exact where published, else a weight: the rest of the sector is shared out by it
    households: int  # lived in
    exact_area: bool = False
    residents: int | None = None  # where published


class Street(NamedTuple):
    """A street: its communities in rows from north to south, each row from west to east."""

    name: str
    column: int  # 0 west of the railway, 1 between railway and expressway, 2 from there to the coast
    side: str  # "north" or "south" of the river
    rows: tuple[tuple[Community, ...], ...]


STREETS = (
    Street(
        "云屏街道",
        0,
        "north",
        (
            (Community("青峦社区", "rural", 10.60, 1437, exact_area=True),),
            (Community("石桥社区", "rural", 3.4, 1658), Community("杨家渡社区", "rural", 2.6, 2764)),
            (Community("竹园社区", "new", 2.4, 3027), Community("站前社区", "old", 1.7, 3354)),
        ),
    ),
    Street(
        "西坪街道",
        0,
        "south",
        (
            (Community("柳湾社区", "new", 2.2, 2968), Community("机务社区", "old", 1.9, 2843)),
            (Community("梨园社区", "rural", 4.2, 2306), Community("东坪社区", "rural", 3.4, 1893)),
            (Community("南塘社区", "rural", 9.0, 760, residents=1_920),),
        ),
    ),
    Street(
        "古渡街道",
        1,
        "north",
        (
            (Community("北苑社区", "new", 2.6, 3917), Community("纺城社区", "old", 2.4, 3613)),
            (
                Community("建业社区", "old", 1.7, 3476),
                Community("文庙社区", "old", 1.5, 3264),
                Community("学府社区", "old", 1.3, 3147),
            ),
            (
                Community("渡口社区", "old", 0.70, 2637, exact_area=True),
                Community("鼓楼社区", "old", 1.0, 3093),
                Community("盐市社区", "old", 0.70, 2483, exact_area=True),
            ),
        ),
    ),
    Street(
        "河阳街道",
        1,
        "south",
        (
            (
                Community("南关社区", "old", 0.9, 2926),
                Community("和平社区", "old", 0.70, 2564, exact_area=True),
                Community("新民社区", "old", 1.1, 3207),
            ),
            (Community("机床社区", "old", 1.9, 3743), Community("锦河社区", "old", 1.8, 3567)),
            (Community("禾丰社区", "new", 2.9, 4312), Community("兴业社区", "new", 2.6, 3861)),
        ),
    ),
    Street(
        "听潮街道",
        2,
        "north",
        (
            (Community("北湾社区", "rural", 5.2, 2776), Community("灯塔社区", "new", 4.6, 2894)),
            (
                Community("海棠社区", "new", 2.4, 3828),
                Community("听涛社区", "new", 2.8, 5363),
                Community("银沙社区", "new", 3.5, 3319),
            ),
        ),
    ),
    Street(
        "望海街道",
        2,
        "south",
        (
            (
                Community("文澜社区", "new", 2.3, 6237),
                Community("望海社区", "new", 2.4, 9184, residents=23_540),
                Community("金港社区", "new", 3.0, 4416),
            ),
            (
                Community("和泰社区", "new", 3.2, 3693),
                Community("创新社区", "new", 3.4, 3138),
                Community("渔港社区", "rural", 4.2, 2432),
            ),
        ),
    ),
)


@dataclass(frozen=True, kw_only=True)
class Spec:
    """All that a community is built from; whole numbers that add up to the district's."""

    number: int  # from 0, in the order of STREETS: its seed
    community_id: str
    name: str
    street: str
    era: Era
    planned: int
    households: int
    residents: int
    compounds: int
    unfinished: int
    first_compound: int  # how many compounds the communities before it have
    full_time: int
    helpers: int


def specs() -> tuple[Spec, ...]:
    """Return the communities' figures, in the order of ``STREETS``."""
    placed = [(s, c) for s in STREETS for row in s.rows for c in row]
    communities = [c for _, c in placed]
    eras = [ERAS[c.era] for c in communities]
    lived = np.array([c.households for c in communities])
    finished = lived / np.array([e.occupancy for e in eras])
    compounds, unfinished = _compounds(finished, eras)
    planned = apportion(PLANNED, finished * compounds / (compounds - unfinished))
    residents = _residents(communities, lived, eras)
    full_time = apportion(FULL_TIME, lived**0.8, low=4)
    helpers = apportion(HELPERS, lived * [e.helpers for e in eras], low=1)
    first = [0, *accumulate(compounds.tolist())]
    return tuple(
        Spec(
            number=i,
            community_id=_code(street, community),
            name=community.name,
            street=street.name,
            era=eras[i],
            planned=int(planned[i]),
            households=community.households,
            residents=int(residents[i]),
            compounds=int(compounds[i]),
            unfinished=int(unfinished[i]),
            first_compound=first[i],
            full_time=int(full_time[i]),
            helpers=int(helpers[i]),
        )
        for i, (street, community) in enumerate(placed)
    )


def _compounds(finished: np.ndarray, eras: list[Era]) -> tuple[np.ndarray, np.ndarray]:
    """Return each community's compounds and how many of them are not handed over."""
    compounds = apportion(COMPOUNDS, finished / [e.compound_households for e in eras], low=4)
    unfinished = apportion(UNFINISHED, compounds * [e.unfinished for e in eras], high=compounds // 3)
    return compounds, unfinished


def _residents(communities: list[Community], lived: np.ndarray, eras: list[Era]) -> np.ndarray:
    """Deal the residents out, the published ones fixed."""
    fixed = np.array([c.residents or 0 for c in communities])
    free = fixed == 0
    weights = np.where(free, lived * [e.people_per_household for e in eras], 0.0)
    return fixed + apportion(RESIDENTS - int(fixed.sum()), weights, high=np.where(free, RESIDENTS, 0))


def _code(street: Street, community: Community) -> str:
    """Return the twelve-figure code: district, street, community."""
    members = [c for row in street.rows for c in row]
    return f"{DISTRICT_CODE}{STREETS.index(street) + 1:03}{members.index(community) + 1:03}"
