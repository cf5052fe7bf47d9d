"""The linear relaxation over a list of sets, lifted by rows of odd sets of units (``odd``), and the whole optimum (HiGHS).

Sets are brought in when prices call for them. Once a plan is known, those whose reduced cost is above its distance from the optimum
can be in no better one; what is left at the end is a small whole problem.
"""

from dataclasses import dataclass, replace
from typing import Any

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gridplan.partition.linear import TOLERANCE
from gridplan.partition.master import Rows, Whole, entries, sides
from gridplan.partition.odd import halves, most
from gridplan.partition.problem import Columns, Flags, Floats, Ints

BATCH = 3  # sets a unit brought in at a time
EQUAL = 1e-6  # share of the cost by which two plans may differ and count as equally good
HALF = 0.5
QUIET = (("output_flag", False), ("threads", 1))


@dataclass(frozen=True, kw_only=True)
class Lifted:
    """A linear optimum: its value, the reduced cost and the share of each set of the list."""

    value: float
    reduced: Floats
    share: Floats


class Tight:
    """A linear relaxation that is lifted.

    Parameters
    ----------
    columns, rows
        The sets, and what is asked of them.
    first
        Sets to begin with.
    dear
        Price of a row that is not kept, in costs of the dearest set.
    """

    def __init__(self, columns: Columns, rows: Rows, first: NDArray[np.int64], *, dear: float) -> None:
        self.columns, self.rows = columns, rows
        self.scale = max(1.0, float(columns.cost.max(initial=0.0)))
        self.lower, self.upper = sides(rows)
        row, column, value = entries(columns, rows)
        shape = (len(self.lower), len(columns))
        self.matrix = sparse.csc_array((value, (row, column)), shape=shape)
        self.odd = np.zeros((0, len(rows.must)), bool)
        self.working = np.zeros(0, np.int64)
        self.paying = len(self.lower)
        self.highs = _quiet({"presolve": "off", "solver": "simplex"})
        self._begin(dear)
        self._bring_in(np.sort(first))

    def _begin(self, dear: float) -> None:
        """Begin with the rows, each with a column that pays for what it lacks."""
        count, none = self.paying, np.zeros(0, np.int32)
        every = np.arange(count, dtype=np.int32)
        pays = np.where(np.isfinite(self.lower), 1.0, -1.0)
        self.highs.addRows(count, self.lower, self.upper, 0, np.zeros(count, np.int32), none, np.zeros(0))
        cost, least, top = np.full(count, dear), np.zeros(count), np.full(count, np.inf)
        self.highs.addCols(count, cost, least, top, count, every, every, pays)

    def _bring_in(self, wanted: NDArray[np.int64]) -> None:
        part = self.matrix[:, wanted]
        size = len(wanted)
        self.highs.addCols(
            size,
            self.columns.cost[wanted] / self.scale,
            np.zeros(size),
            np.full(size, np.inf),
            part.nnz,
            part.indptr[:-1].astype(np.int32),
            part.indices.astype(np.int32),
            part.data,
        )
        self.working = np.concatenate([self.working, wanted])

    def solve(self) -> Lifted | None:
        """Return the linear optimum over the whole list, None where a row cannot be kept."""
        while True:
            self.highs.run()
            if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
                return None
            solution = self.highs.getSolution()
            prices = np.array(solution.row_dual)
            reduced = self.columns.cost / self.scale - prices @ self.matrix
            reduced[self.working] = np.maximum(reduced[self.working], 0.0)
            wanted = np.flatnonzero(reduced < -TOLERANCE)
            if not len(wanted):
                break
            order = np.argsort(reduced[wanted], kind="stable")[: BATCH * len(self.rows.must)]
            self._bring_in(np.sort(wanted[order]))
        values = np.array(solution.col_value)
        if values[: self.paying].sum() > TOLERANCE:
            return None
        share = np.zeros(len(self.columns))
        share[self.working] = values[self.paying :]
        return Lifted(
            value=self.highs.getInfo().objective_function_value * self.scale,
            reduced=np.maximum(reduced, 0.0) * self.scale,
            share=share,
        )

    def cut(self, odd: Flags) -> None:
        """Add the rows of odd sets of units."""
        more, top = halves(self.columns, odd), most(odd)
        within = sparse.csr_array(more[:, self.working])
        index = (within.indices + self.paying).astype(np.int32)
        least = np.full(len(odd), -np.inf)
        self.highs.addRows(
            len(odd), least, top, within.nnz, within.indptr[:-1].astype(np.int32), index, within.data
        )
        self.matrix = sparse.csc_array(sparse.vstack([self.matrix, more]))
        self.lower, self.upper = np.append(self.lower, least), np.append(self.upper, top)
        self.odd = np.vstack([self.odd, odd])

    def whole(
        self,
        part: NDArray[np.int64],
        known: Ints | None,
        *,
        nodes: int,
        step: float,
        seconds: float | None,
        seed: int,
    ) -> Whole:
        """Return the best whole plan over some sets of the list.

        Parameters
        ----------
        part
            The sets; ``known``: those of a plan over them, None for none.
        nodes, seconds, seed
            When to stop.
        step
            Plans that cost less than this apart are equally good.
        """
        highs = _quiet({"mip_rel_gap": EQUAL, "mip_abs_gap": step * (1 - EQUAL) / self.scale})
        highs.setOptionValue("mip_max_nodes", nodes)
        highs.setOptionValue("random_seed", seed)
        if seconds is not None:
            highs.setOptionValue("time_limit", max(0.05, seconds))
        if known is not None:
            highs.setOptionValue("mip_heuristic_effort", 0.0)
        highs.passModel(self._model(part))
        if known is not None:
            start = highspy.HighsSolution()
            start.col_value = np.isin(part, known).astype(float).tolist()
            highs.setSolution(start)
        highs.run()
        found = _told(highs, self.scale)
        return found if found.chosen is None else replace(found, chosen=part[found.chosen].astype(np.int32))

    def _model(self, part: NDArray[np.int64]) -> highspy.HighsLp:
        """Write the whole problem over some sets."""
        matrix, size = sparse.csc_array(self.matrix[:, part]), len(part)
        model = highspy.HighsLp()
        model.num_col_, model.num_row_ = size, len(self.lower)
        model.col_cost_ = self.columns.cost[part] / self.scale
        model.col_lower_, model.col_upper_ = np.zeros(size), np.ones(size)
        model.row_lower_, model.row_upper_ = self.lower, self.upper
        model.a_matrix_.format_ = highspy.MatrixFormat.kColwise
        model.a_matrix_.start_ = matrix.indptr.astype(np.int32)
        model.a_matrix_.index_ = matrix.indices.astype(np.int32)
        model.a_matrix_.value_ = matrix.data
        model.integrality_ = [highspy.HighsVarType.kInteger] * size
        return model


def _quiet(options: dict[str, Any]) -> highspy.Highs:
    highs = highspy.Highs()
    for option, value in (*QUIET, *options.items()):
        highs.setOptionValue(option, value)
    return highs


def _told(highs: highspy.Highs, scale: float) -> Whole:
    status, info = highs.getModelStatus(), highs.getInfo()
    if status == highspy.HighsModelStatus.kInfeasible:
        return Whole(chosen=None, value=np.inf, bound=np.inf, exhausted=True)
    ended = status == highspy.HighsModelStatus.kOptimal
    bound = info.mip_dual_bound * scale
    if info.primal_solution_status != highspy.SolutionStatus.kSolutionStatusFeasible:
        return Whole(chosen=None, value=np.inf, bound=bound, exhausted=False)
    share = np.array(highs.getSolution().col_value)
    value = info.objective_function_value * scale
    return Whole(
        chosen=np.flatnonzero(share > HALF).astype(np.int32), value=value, bound=bound, exhausted=ended
    )
