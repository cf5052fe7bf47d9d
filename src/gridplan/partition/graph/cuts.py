"""What is violated where a grid of a whole solution lies in pieces: a separator that it would have to go through.

Two units of one grid lie in different pieces of it; a set of units without which no path joins them is a separator,
and at least one of it must be in that grid (Carvajal et al. 2013; Validi, Buchanan and Lykhovyd,
Operations Research 2022). It is made minimal.
"""

from gridplan.partition.graph.problem import GraphProblem, Ints


def flooded(problem: GraphProblem, start: int, wall: set[int]) -> tuple[set[int], set[int]]:
    """Return what can be reached from a unit without going through a wall, and the units of the wall that are met."""
    met, hit, todo = {start}, set[int](), [start]
    while todo:
        unit = todo.pop()
        for other in problem.neighbors[problem.starts[unit] : problem.starts[unit + 1]].tolist():
            if other in wall:
                hit.add(other)
            elif other not in met:
                met.add(other)
                todo.append(other)
    return met, hit


def separator(problem: GraphProblem, piece: set[int], centre: int) -> set[int]:
    """Return a minimal separator of a piece of a grid and a unit outside it: what of the piece's border the unit sees."""
    border = {
        other
        for unit in piece
        for other in problem.neighbors[problem.starts[unit] : problem.starts[unit + 1]].tolist()
        if other not in piece
    }
    return flooded(problem, centre, border)[1]


def torn(problem: GraphProblem, members: Ints, centre: int) -> list[tuple[list[int], set[int]]]:
    """Return each piece of a grid without the centre, heaviest unit first, and a separator; empty for one piece."""
    left, cuts = set(members.tolist()), []
    others = set(range(problem.size)) - left
    while left:
        start = centre if centre in left else max(left, key=lambda unit: (problem.load[unit], unit))
        piece = flooded(problem, start, others)[0] & left
        left -= piece
        if centre not in piece:
            units = sorted(piece, key=lambda unit: (-problem.load[unit], unit))
            cuts.append((units, separator(problem, piece, centre)))
    return cuts
