"""Workers shared out among communities: fairest, proven against every other way; and the usual ways beside it."""

from fractions import Fraction
from itertools import product

import numpy as np
import pandas as pd
import pytest
from hypothesis import given
from hypothesis import strategies as st

from gridplan.staffing import apportionment, fair, hamilton, proportional, webster

LOADS = st.lists(st.integers(0, 12), min_size=1, max_size=4)


def worst_first(load: list[int], workers: list[Fraction]) -> list[tuple[bool, Fraction]]:
    """Return the loads a worker, the worst first; one with nobody is worse than any, the more so the larger."""
    each = [(w == 0, Fraction(one) / (w or 1)) for one, w in zip(load, workers, strict=True) if one]
    return sorted(each, reverse=True)


def all_ways(count: int, workers: int) -> list[tuple[int, ...]]:
    """Return every way to give workers to communities."""
    return [way for way in product(range(workers + 1), repeat=count) if sum(way) == workers]


@given(load=LOADS, workers=st.integers(0, 6), halves=st.lists(st.integers(0, 5), min_size=4, max_size=4))
def test_fair_is_lexicographically_best(load, workers, halves):
    """No other way has a smaller largest load, then a smaller next one, whoever is there already, in halves too."""
    held = [Fraction(half, 2) for half in halves[: len(load)]]
    found = fair(load, workers, held=[float(one) for one in held])
    ways = all_ways(len(load), workers) if any(load) else [(0,) * len(load)]
    best = min(worst_first(load, [h + w for h, w in zip(held, way, strict=True)]) for way in ways)
    assert worst_first(load, [h + int(w) for h, w in zip(held, found, strict=True)]) == best
    assert found.sum() == (workers if any(load) else 0)


@given(load=LOADS, workers=st.integers(0, 6))
def test_hamilton_and_webster_are_nearest_to_the_shares(load, workers):
    """Hamilton is nearest to the shares in sum of distances; Webster in distances squared, each weighed by its share."""
    if not any(load):
        return
    shares = [Fraction(one * workers, sum(load)) for one in load]

    def off(way: tuple[int, ...]) -> Fraction:
        return sum((abs(w - s) for w, s in zip(way, shares, strict=True)), Fraction(0))

    def weighed(way: tuple[int, ...]) -> Fraction:
        pairs = [(w, s) for w, s in zip(way, shares, strict=True) if s]
        return sum(((w - s) ** 2 / s for w, s in pairs), Fraction(0))

    ways = [
        way
        for way in all_ways(len(load), workers)
        if all(one or not w for one, w in zip(load, way, strict=True))
    ]
    assert off(tuple(map(int, hamilton(load, workers)))) == min(map(off, ways))
    assert weighed(tuple(map(int, webster(load, workers)))) == min(map(weighed, ways))


def test_where_the_ways_differ():
    """Of 10 workers for 500, 300 and 40 households Hamilton and Webster give the small one none or one, fair always one."""
    load = [500.0, 300.0, 40.0]
    assert proportional(load, 10).tolist() == pytest.approx([5.952, 3.571, 0.476], abs=1e-3)
    assert hamilton(load, 10).tolist() == [6, 4, 0]
    assert webster(load, 10).tolist() == [6, 4, 0]
    assert fair(load, 10).tolist() == [5, 4, 1]


def test_fair_beside_those_who_are_bound():
    """Four bound to A stay: of three more B, with 600 for nobody, gets all; A keeps its 100 a worker."""
    assert fair([400, 600], 3, held=[4, 0]).tolist() == [0, 3]


def test_apportionment():
    """Ten workers of three communities: what they have, what they would have, and the households a worker of each."""
    communities = pd.DataFrame({"community_id": ["A", "B", "C"], "counted": [500.0, 300.0, 40.0]})
    found = apportionment(communities, bound=[7.0, 2.0, 0.0], placed=[7.0, 2.0, 1.0]).set_index(
        "community_id"
    )
    assert found["fair"].tolist() == [5, 4, 1]
    assert found.loc["A", ["per_bound", "per_fair", "per_hamilton"]].tolist() == pytest.approx(
        [500 / 7, 100, 500 / 6]
    )
    assert np.isnan(found.loc["C", "per_bound"])
    assert found["per_proportional"].tolist() == pytest.approx([84.0] * 3)
    assert found[["fair", "hamilton", "webster", "proportional", "placed"]].sum().tolist() == pytest.approx(
        [10] * 5
    )


def test_nobody_to_share_out_for():
    """Where nobody lives nobody is sent, in no way."""
    for way in (fair, hamilton, webster, proportional):
        assert way([0.0, 0.0], 5).tolist() == [0, 0]
