"""Few grids of many units each, on a plain graph: moment of inertia, walk, p-median or edges cut, each with its bound."""

from gridplan.partition.graph.effort import Effort
from gridplan.partition.graph.problem import GraphProblem, Objective, graph_problem
from gridplan.partition.graph.solve import GraphPlan, solve

__all__ = ["Effort", "GraphPlan", "GraphProblem", "Objective", "graph_problem", "solve"]
