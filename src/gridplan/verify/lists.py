"""Lists: nobody gives or gets more than is on the list, every community has an agency, no officer stands in for himself."""

from collections.abc import Iterator

import numpy as np

from gridplan.plan import Plan
from gridplan.verify.findings import broken, differ, places, total
from gridplan.words import Message


def check_matches(plan: Plan) -> Iterator[Message]:
    """Hold matches against what needs get and resources give, and against what there is."""
    if "matches" not in plan.lists:
        return
    matches = plan.lists["matches"]
    for name, key, done in (("needs", "need_id", "met"), ("resources", "resource_id", "used")):
        table = plan.lists[name]
        moved = total(matches[key], matches["amount"], table[key])
        wrong = differ(moved, table[done]) | (moved > table["amount"].to_numpy(float) + 1e-6)
        yield from broken("matches_wrong", table[key], wrong, table=name)
        yield from broken("matches_unknown", matches[key], places(table, key, matches[key]) < 0, table=name)


def check_pairs(plan: Plan) -> Iterator[Message]:
    """Every community has at least one agency."""
    if "agency_pairs" in plan.lists:
        ids = plan.communities["community_id"]
        yield from broken(
            "no_agency",
            ids,
            ~np.isin(ids.to_numpy(str), plan.lists["agency_pairs"]["community_id"].to_numpy(str)),
        )


def check_rota(plan: Plan) -> Iterator[Message]:
    """No officer stands in for himself, and no place keeps an officer who could move on."""
    if "rota" not in plan.lists:
        return
    rota = plan.lists["rota"]
    alone = (rota["officer_id"] == rota["deputy_id"]) & (rota["officer_id"] != "")
    yield from broken("own_deputy", rota["place_id"], alone)
    rows = rota.assign(turn=rota.groupby(["month", "place_id"], sort=False).cumcount())
    before = rows.groupby(["place_id", "turn"], sort=False)["officer_id"].shift()
    stays = (rows["officer_id"] == before) & (rows["deputy_id"] != "")
    yield from broken("officer_stays", rota["place_id"], stays)
