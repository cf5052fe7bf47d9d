"""The linear relaxation of the set partitioning (``master``), solved again and again from where it was (HiGHS).

Sets of a long list are brought in when prices call for them; rows of triples are added to lift the bound. A row that cannot be
covered is paid for; where no payment makes all covered, the least that is lacking is found by itself: proof that no plan exists.
"""

from dataclasses import dataclass, replace

import highspy
import numpy as np
from numpy.typing import NDArray

from gridplan.partition.master import Prices, Rows, Triples, entries, pairs_in, reduced_costs, sides
from gridplan.partition.problem import Columns, Floats

TOLERANCE = 1e-7
SIFTED = 12  # sets a unit in the first linear program
ITERATIONS = 20_000  # of the simplex; far more than a linear program of this kind takes
DEAR = 30.0  # price of a row not covered, in units of the dearest set


@dataclass(frozen=True, kw_only=True)
class Relaxed:
    """A linear optimum: its value, what could not be covered, prices, and the share of each set of the list (sets,)."""

    value: float
    short: float
    prices: Prices
    share: Floats


class Relaxation:
    """The linear relaxation over a list of sets."""

    def __init__(self, columns: Columns, rows: Rows, *, guess: Prices | None = None) -> None:
        self.columns, self.rows = columns, rows
        self.scale = max(1.0, float(columns.cost.max(initial=0.0)))
        self.working = np.zeros(0, np.int64)
        self.spare = len(sides(rows)[0]) - len(rows.triples)
        self.shortage = DEAR
        self.highs = highspy.Highs()
        for option, value in (
            ("output_flag", False),
            ("threads", 1),
            ("presolve", "off"),
            ("solver", "simplex"),
        ):
            self.highs.setOptionValue(option, value)
        self._add_rows(replace(rows, triples=np.zeros((0, 3), np.int32)))
        reduced = columns.cost if guess is None else reduced_costs(columns, rows, guess)
        self._bring_in(np.sort(np.argsort(reduced, kind="stable")[: SIFTED * len(rows.must)]))

    def _add_rows(self, rows: Rows) -> None:
        """Start with the rows of units and sums, each with a spare column that pays for what is not kept."""
        lower, upper = sides(rows)
        count = len(lower)
        none, empty = np.zeros(0, np.int32), np.zeros(0)
        self.highs.addRows(count, lower, upper, 0, np.zeros(count, np.int32), none, empty)
        every = np.arange(count, dtype=np.int32)
        pays = np.where(np.isfinite(lower), 1.0, -1.0)
        cost, least, most = np.full(count, self.shortage), np.zeros(count), np.full(count, np.inf)
        self.highs.addCols(count, cost, least, most, count, every, every, pays)

    def _bring_in(self, wanted: NDArray[np.int64]) -> None:
        """Add sets of the list to the linear program."""
        part = self.columns.take(wanted)
        row, column, value = entries(part, self.rows)
        order = np.lexsort((row, column))
        starts = np.searchsorted(column[order], np.arange(len(part))).astype(np.int32)
        cost, none, full = part.cost / self.scale, np.zeros(len(part)), np.full(len(part), np.inf)
        self.highs.addCols(
            len(part), cost, none, full, len(row), starts, row[order].astype(np.int32), value[order]
        )
        self.working = np.concatenate([self.working, wanted])

    def cut(self, triples: Triples) -> None:
        """Add rows of triples."""
        base = self.columns.take(self.working)
        triple, within = pairs_in(base, triples)
        order = np.lexsort((within, triple))
        starts = np.searchsorted(triple[order], np.arange(len(triples))).astype(np.int32)
        index = (within[order] + self.spare).astype(np.int32)
        lower, upper = np.full(len(triples), -np.inf), np.ones(len(triples))
        self.highs.addRows(len(triples), lower, upper, len(index), starts, index, np.ones(len(index)))
        self.rows = replace(self.rows, triples=np.vstack([self.rows.triples, triples]))

    def active(self, relaxed: Relaxed) -> Rows:
        """Return the rows without the triples that are worth nothing."""
        return replace(self.rows, triples=self.rows.triples[relaxed.prices.triples < -TOLERANCE * self.scale])

    def drop(self, kept: NDArray[np.int64]) -> None:
        """Shorten the list to some of its sets; those in the linear program stay there."""
        place = np.full(len(self.columns), -1)
        every = np.union1d(kept, self.working)
        place[every] = np.arange(len(every))
        self.columns, self.working = self.columns.take(every), place[self.working]

    def solve(self) -> Relaxed:
        """Return the linear optimum over the whole list."""
        relaxed = self._sifted(self.columns)
        if relaxed.short <= TOLERANCE:
            return relaxed
        free = replace(self.columns, cost=np.zeros(len(self.columns)))
        self._price(np.zeros(len(self.working)), 1.0)
        lacking = self._sifted(free)
        self._price(self.columns.cost[self.working] / self.scale, 100.0 * DEAR)
        return lacking if lacking.short > TOLERANCE else self._sifted(self.columns)

    def _price(self, costs: Floats, shortage: float) -> None:
        every = np.arange(self.spare + len(costs), dtype=np.int32)
        self.highs.changeColsCost(len(every), every, np.append(np.full(self.spare, shortage), costs))

    def _sifted(self, columns: Columns) -> Relaxed:
        """Solve over the working sets, bring in those that its prices call for, again until there are none."""
        while True:
            relaxed = self._linear()
            reduced = reduced_costs(columns, self.rows, relaxed.prices)
            reduced[self.working] = 0.0
            wanted = np.flatnonzero(reduced < -TOLERANCE * self.scale)
            if not len(wanted):
                share = np.zeros(len(columns))
                share[self.working] = relaxed.share
                return replace(relaxed, share=share)
            order = np.argsort(reduced[wanted], kind="stable")[: 3 * len(self.rows.must)]
            self._bring_in(np.sort(wanted[order]))
            if columns is not self.columns:
                self._price(np.zeros(len(self.working)), 1.0)

    def _run(self) -> None:
        """Solve; where the simplex goes round in circles it begins anew from nothing, with presolve."""
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.highs.clearSolver()
            self.highs.setOptionValue("presolve", "on")
            self.highs.run()
            self.highs.setOptionValue("presolve", "off")

    def _linear(self) -> Relaxed:
        self._run()
        solution = self.highs.getSolution()
        share = np.maximum(np.array(solution.col_value), 0.0)
        dual = np.array(solution.row_dual) * self.scale
        n = len(self.rows.must)
        low, high = self.rows.limits
        sums = dual[n : self.spare]
        prices = Prices(
            units=np.where(self.rows.must, dual[:n], np.minimum(dual[:n], 0.0)),
            sums=np.where(
                np.isfinite(low),
                np.maximum(sums, 0.0),
                np.where(np.isfinite(high), np.minimum(sums, 0.0), 0.0),
            ),
            triples=np.minimum(dual[self.spare :], 0.0),
        )
        value = self.highs.getInfo().objective_function_value * self.scale
        return Relaxed(
            value=value, short=float(share[: self.spare].sum()), prices=prices, share=share[self.spare :]
        )
