"""The linear relaxation of the set partitioning (``master``), solved again and again from where it was (HiGHS).

Sets of a long list are brought in when prices call for them; rows of odd sets and patterns are added to lift the bound. A row that
cannot be covered is paid for; where no payment makes all covered, the least that is lacking is found by itself: proof that no plan
exists.
"""

from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gridplan.partition.master import Prices, Rows, cuts_in, entries, sides
from gridplan.partition.odd import most
from gridplan.partition.patterns import Patterns
from gridplan.partition.problem import Columns, Flags, Floats
from gridplan.partition.programme import Programme

TOLERANCE = 1e-7
SIFTED = 12  # sets a unit in the first linear program
WHOLE = 0.999  # share from which a set counts as taken
DEAR = 30.0  # price of a row not covered, in units of the dearest set


@dataclass(frozen=True, kw_only=True)
class Relaxed:
    """A linear optimum: its value, what could not be covered, prices, and the share of each set of the list (sets,)."""

    value: float
    short: float
    prices: Prices
    share: Floats


def _none(rows: Rows) -> Flags:
    return np.zeros((0, len(rows.must)), bool)


class Relaxation:
    """The linear relaxation over a list of sets.

    Parameters
    ----------
    columns, rows
        The sets and what is asked of them.
    guess
        Prices by which the first sets are chosen; all rows but the units' may have none.
    scale
        Household-metres that make a cost of one; not given: those of the dearest set.
    shortage
        What a row that is not kept costs, in that unit.
    """

    def __init__(
        self,
        columns: Columns,
        rows: Rows,
        *,
        guess: Prices | None = None,
        scale: float | None = None,
        shortage: float = DEAR,
    ) -> None:
        self.columns = columns
        self.rows = replace(
            rows,
            odd=_none(rows),
            patterns=None if rows.patterns is None else rows.patterns.take(np.zeros(0, np.int32)),
        )
        self.scale = max(1.0, float(columns.cost.max(initial=0.0))) if scale is None else scale
        self.shortage = shortage
        self.working, self.places = np.zeros(0, np.int64), np.zeros(0, np.int32)
        self.programme = Programme(shortage)
        lower, upper = sides(self.rows)
        self.base = len(lower)
        self.programme.add_rows(lower, upper, sparse.csr_array((len(lower), 0)), paid=True)
        self.of_odd, self.of_pattern = np.zeros(0, np.int64), np.zeros(0, np.int64)
        self.sums = self.rows.sums(columns)
        self.cuts = sparse.csr_array((0, len(columns)))
        reduced = columns.cost if guess is None else self._reduced(columns.cost, guess)
        self._bring_in(np.sort(np.argsort(reduced, kind="stable")[: SIFTED * len(rows.must)]))
        if len(rows.odd):
            self.cut(rows.odd)
        if rows.patterns is not None and len(rows.patterns):
            self.pattern(rows.patterns)

    def _bring_in(self, wanted: NDArray[np.int64]) -> None:
        """Add sets of the list to the linear program."""
        part = self.columns.take(wanted)
        plain = replace(self.rows, odd=_none(self.rows), patterns=None)
        row, column, value = entries(part, plain)
        cuts = self.cuts[:, wanted].tocoo()
        places = self.programme.add_columns(
            part.cost / self.scale,
            np.concatenate([row, cuts.row + self.base]),
            np.concatenate([column, cuts.col]),
            np.concatenate([value, cuts.data]),
        )
        self.working = np.concatenate([self.working, wanted])
        self.places = np.concatenate([self.places, places])

    def extend(self, more: Columns) -> None:
        """Lengthen the list, and bring the new sets in."""
        first = len(self.columns)
        self.columns = self.columns.joined(more)
        self.sums = np.hstack([self.sums, self.rows.sums(more)])
        self.cuts = sparse.hstack([self.cuts, self._cut_matrix(more)], format="csr")
        self._bring_in(np.arange(first, len(self.columns)))

    def _cut_matrix(self, columns: Columns) -> sparse.csr_array:
        """Return the coefficients of sets in the rows of odd sets and patterns, in the order in which these came."""
        cut, column, value = cuts_in(columns, self.rows)
        order = np.concatenate([self.of_odd, self.of_pattern]).astype(np.int64)
        return sparse.csr_array((value, (order[cut], column)), shape=(len(order), len(columns)))

    def _new_rows(self, rows: Rows, lower: Floats, upper: Floats, *, paid: bool) -> NDArray[np.int64]:
        """Add rows to the linear program; return their numbers among the cuts."""
        count = len(lower)
        cut, column, value = cuts_in(self.columns, rows)
        matrix = sparse.csr_array((value, (cut, column)), shape=(count, len(self.columns)))
        within = matrix[:, self.working].tocoo()
        wide = sparse.csr_array(
            (within.data, (within.row, self.places[within.col])), shape=(count, self.programme.columns)
        )
        self.programme.add_rows(lower, upper, wide, paid=paid)
        numbers = np.arange(self.cuts.shape[0], self.cuts.shape[0] + count)
        self.cuts = sparse.vstack([self.cuts, matrix], format="csr")
        return numbers

    def cut(self, odd: Flags) -> None:
        """Add rows of odd sets of units."""
        alone = replace(self.rows, odd=odd, patterns=None)
        numbers = self._new_rows(alone, np.full(len(odd), -np.inf), most(odd), paid=False)
        self.of_odd = np.concatenate([self.of_odd, numbers])
        self.rows = replace(self.rows, odd=np.vstack([self.rows.odd, odd]))

    def pattern(self, patterns: Patterns) -> None:
        """Add rows of load patterns, over the regions of those there are."""
        alone, count = replace(self.rows, odd=_none(self.rows), patterns=patterns), len(patterns)
        numbers = self._new_rows(alone, np.ones(count), np.full(count, np.inf), paid=True)
        self.of_pattern = np.concatenate([self.of_pattern, numbers])
        before = self.rows.patterns
        both = patterns if before is None else before.plus(patterns.of, patterns.worth)
        self.rows = replace(self.rows, patterns=both)

    def active(self, relaxed: Relaxed) -> Rows:
        """Return the rows without the odd sets and patterns that are worth nothing."""
        prices, least, patterns = relaxed.prices, TOLERANCE * self.scale, self.rows.patterns
        odd = self.rows.odd[prices.odd < -least]
        if patterns is not None:
            patterns = patterns.take(np.flatnonzero(prices.patterns > least).astype(np.int32))
        return replace(self.rows, odd=odd, patterns=patterns)

    def drop(self, kept: NDArray[np.int64]) -> None:
        """Shorten the list to some of its sets; those in the linear program stay there."""
        place = np.full(len(self.columns), -1)
        every = np.union1d(kept, self.working)
        place[every] = np.arange(len(every))
        self.columns, self.working = self.columns.take(every), place[self.working]
        self.sums, self.cuts = self.sums[:, every], self.cuts[:, every]

    def reduced(self, prices: Prices) -> Floats:
        """Return what each set of the list costs more than it is worth, shape (sets,)."""
        return self._reduced(self.columns.cost, prices)

    def _reduced(self, cost: Floats, prices: Prices) -> Floats:
        reduced: Floats = cost - self.columns.sums(prices.units) - prices.sums @ self.sums
        if self.cuts.shape[0]:
            worth = np.zeros(self.cuts.shape[0])
            worth[self.of_odd], worth[self.of_pattern] = prices.odd, prices.patterns
            reduced -= worth @ self.cuts
        return reduced

    def sifted(self) -> Relaxed:
        """Return the linear optimum over the whole list, where rows that are not kept are paid for."""
        return self._sifted(self.columns.cost)

    def solve(self) -> Relaxed:
        """Return the linear optimum over the whole list."""
        relaxed = self._sifted(self.columns.cost)
        if relaxed.short <= TOLERANCE:
            return relaxed
        nothing = np.zeros(len(self.columns))
        self.programme.charge(nothing[self.working], self.places, 1.0)
        lacking = self._sifted(nothing)
        self.programme.charge(
            self.columns.cost[self.working] / self.scale, self.places, 100.0 * self.shortage
        )
        return lacking if lacking.short > TOLERANCE else self._sifted(self.columns.cost)

    def _sifted(self, cost: Floats) -> Relaxed:
        """Solve over the working sets, bring in those that its prices call for, again until there are none."""
        while True:
            relaxed = self.over_working()
            reduced = self._reduced(cost, relaxed.prices)
            reduced[self.working] = 0.0
            wanted = np.flatnonzero(reduced < -TOLERANCE * self.scale)
            if not len(wanted):
                return relaxed
            order = np.argsort(reduced[wanted], kind="stable")[: 3 * len(self.rows.must)]
            self._bring_in(np.sort(wanted[order]))
            if cost is not self.columns.cost:
                self.programme.charge(cost[self.working], self.places, 1.0)

    def dive(self, relaxed: Relaxed) -> NDArray[np.int64]:
        """Return sets that do not overlap: the one of the greatest share is taken, again and again, while no more is uncovered."""
        taken = last = np.zeros(0, np.int64)
        if relaxed.short > TOLERANCE:
            self.programme.charge(self.columns.cost[self.working] / self.scale, self.places, self.shortage)
            relaxed = self._sifted(self.columns.cost)
        short = relaxed.short
        while relaxed.short <= short + TOLERANCE:
            rest = relaxed.share.copy()
            rest[taken] = 0.0
            if rest.max(initial=0.0) <= TOLERANCE:
                last = last[:0]
                break
            whole = np.flatnonzero(rest >= WHOLE)
            last = whole if len(whole) else np.array([np.argmax(rest)])
            taken = np.concatenate([taken, last])
            place = np.full(len(self.columns), -1, np.int32)
            place[self.working] = self.places
            self.programme.at_least(place[last], 1.0)
            relaxed = self._sifted(self.columns.cost)
        self.programme.at_least(self.places, 0.0)
        return taken[: len(taken) - len(last)]

    def over_working(self) -> Relaxed:
        """Return the linear optimum over the sets that have been brought in."""
        value, values, duals = self.programme.solve()
        dual, n = duals * self.scale, len(self.rows.must)
        low, high = self.rows.limits
        sums, cuts = dual[n : self.base], dual[self.base :]
        free = np.where(np.isfinite(high), np.minimum(sums, 0.0), 0.0)
        prices = Prices(
            units=np.where(self.rows.must, dual[:n], np.minimum(dual[:n], 0.0)),
            sums=np.where(np.isfinite(low), np.maximum(sums, 0.0), free),
            odd=np.minimum(cuts[self.of_odd], 0.0),
            patterns=np.maximum(cuts[self.of_pattern], 0.0),
        )
        share = np.zeros(len(self.columns))
        share[self.working] = values[self.places]
        short = float(values[self.programme.paying].sum())
        return Relaxed(value=value * self.scale, short=short, prices=prices, share=share)
