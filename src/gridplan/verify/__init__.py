"""A finished plan against its promises, from its tables alone.

Nothing here knows how a plan is made: every figure is derived anew, by other code than that which made it
(the contract's "Promises of every plan", 1 to 4).
"""

from collections.abc import Iterator

from gridplan.plan import Plan
from gridplan.tables import Inputs
from gridplan.verify.certificate import check_certificate, check_objective, check_reasons, check_report_rows
from gridplan.verify.given import check_communities, check_facilities, check_figures, check_roster, check_rows
from gridplan.verify.grids import check_band, check_kinds, check_shapes, check_walks
from gridplan.verify.ground import check_points, check_tiling
from gridplan.verify.hand import check_apart, check_locked, check_seeds, check_together
from gridplan.verify.held import check_posts_held, check_posts_there
from gridplan.verify.identity import check_columns, check_ids, check_references
from gridplan.verify.lists import check_matches, check_pairs, check_rota
from gridplan.verify.pieces import check_barriers, check_pieces
from gridplan.verify.reach import check_access, check_circle, check_service_counts
from gridplan.verify.sums import check_communities_add_up, check_posts, check_sums, check_totals
from gridplan.words import Message

# each needs those before it: figures mean nothing while ids are wrong
FIRST = (check_columns, check_ids, check_references)
CHECKS = (
    check_sums,
    check_communities_add_up,
    check_posts,
    check_totals,
    check_tiling,
    check_points,
    check_pieces,
    check_barriers,
    check_kinds,
    check_band,
    check_shapes,
    check_walks,
    check_report_rows,
    check_objective,
    check_certificate,
    check_reasons,
    check_access,
    check_circle,
    check_service_counts,
    check_posts_there,
    check_matches,
    check_pairs,
    check_rota,
)
AGAINST_INPUTS = (
    check_rows,
    check_communities,
    check_figures,
    check_roster,
    check_facilities,
    check_locked,
    check_together,
    check_apart,
    check_seeds,
    check_posts_held,
)


def verify(plan: Plan, *, inputs: Inputs | None = None) -> list[Message]:
    """Return one message a broken promise, naming the first ids; nothing broken: an empty list.

    With ``inputs`` the rows, shapes and sums are compared with what was read, too. Uses ``report["band"]``,
    ``["staffing"]`` and, where it is there, ``["walk"]``: {kind: "straight" | "walk", detour,
    metres_per_minute}.
    """
    for check in FIRST:
        if found := list(check(plan)):
            return found
    return list(_judged(plan, inputs))


def _judged(plan: Plan, inputs: Inputs | None) -> Iterator[Message]:
    for check in CHECKS:
        yield from check(plan)
    if inputs is not None:
        for compare in AGAINST_INPUTS:
            yield from compare(plan, inputs)
