"""A linear program in HiGHS that grows, and is solved again from where it was."""

import highspy
import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from gridplan.partition.problem import Floats, Ints

OPTIONS = (("output_flag", False), ("threads", 1), ("presolve", "off"), ("solver", "simplex"))
ITERATIONS = 20_000  # of the simplex; far more than a linear program of this kind takes
DUAL, PRIMAL = 1, 4  # strategies of the simplex


class Programme:
    """A linear program in HiGHS that grows; each row that asks for something has a column that pays for what is not kept."""

    def __init__(self, price: float) -> None:
        self.price, self.rows, self.columns = price, 0, 0
        self.iterations = 0
        self.new_rows = False
        self.paying: list[int] = []
        self.highs = highspy.Highs()
        for option, value in OPTIONS:
            self.highs.setOptionValue(option, value)

    def add_rows(self, lower: Floats, upper: Floats, matrix: sparse.csr_array, *, paid: bool) -> None:
        """Add rows over the columns there are."""
        self.new_rows = True
        index, value = matrix.indices.astype(np.int32), matrix.data
        starts = matrix.indptr[:-1].astype(np.int32)
        self.highs.addRows(len(lower), lower, upper, len(index), starts, index, value)
        if paid:
            every = np.arange(self.rows, self.rows + len(lower), dtype=np.int32)
            pays = np.where(np.isfinite(lower), 1.0, -1.0)
            self.paying += range(self.columns, self.columns + len(lower))
            self.rows += len(lower)
            self._add(np.full(len(lower), self.price), np.arange(len(lower), dtype=np.int32), every, pays)
        else:
            self.rows += len(lower)

    def add_columns(
        self, cost: Floats, row: NDArray[np.int64], column: NDArray[np.int64], value: Floats
    ) -> Ints:
        """Add columns; return their places."""
        order = np.lexsort((row, column))
        starts = np.searchsorted(column[order], np.arange(len(cost))).astype(np.int32)
        first = self.columns
        self._add(cost, starts, row[order].astype(np.int32), value[order])
        return np.arange(first, self.columns, dtype=np.int32)

    def _add(self, cost: Floats, starts: Ints, row: Ints, value: Floats) -> None:
        none, full = np.zeros(len(cost)), np.full(len(cost), np.inf)
        self.highs.addCols(len(cost), cost, none, full, len(row), starts, row, value)
        self.columns += len(cost)

    def charge(self, costs: Floats, places: Ints, price: float) -> None:
        """Change what columns cost, and what a row that is not kept costs."""
        index = np.concatenate([places, self.paying]).astype(np.int32)
        self.highs.changeColsCost(len(index), index, np.append(costs, np.full(len(self.paying), price)))

    def at_least(self, places: Ints, least: float) -> None:
        """Ask of columns to be at least so much."""
        self.new_rows = True
        count = len(places)
        self.highs.changeColsBounds(count, places, np.full(count, least), np.full(count, np.inf))

    def solve(self) -> tuple[float, Floats, Floats]:
        """Return value, columns and prices of rows; where the simplex goes round in circles it begins anew, with presolve.

        After new rows the optimum keeps its prices and the dual simplex goes on from them, after new columns the primal one.
        """
        self.highs.setOptionValue("simplex_iteration_limit", ITERATIONS)
        self.highs.setOptionValue("simplex_strategy", DUAL if self.new_rows else PRIMAL)
        self.new_rows = False
        self.highs.run()
        if self.highs.getModelStatus() != highspy.HighsModelStatus.kOptimal:
            self.highs.clearSolver()
            self.highs.setOptionValue("presolve", "on")
            self.highs.run()
            self.highs.setOptionValue("presolve", "off")
        solution = self.highs.getSolution()
        values = np.maximum(np.array(solution.col_value), 0.0)
        self.iterations += max(0, self.highs.getInfo().simplex_iteration_count)
        return self.highs.getInfo().objective_function_value, values, np.array(solution.row_dual)
