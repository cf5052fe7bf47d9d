"""Which numbers of workers to try, and in what order."""

import numpy as np

from gridplan.partition.problem import Floats, Problem


def targets(problem: Problem) -> Floats:
    """Return the numbers of workers to try, the one asked for first; empty where any number will do."""
    total, band = problem.load.sum(), problem.band
    least = int(np.ceil(total / band.high - 1e-9))
    most = int(np.floor(total / band.low + 1e-9))
    numbers = np.arange(max(least, 1), max(most, 0) + 1, dtype=float)
    match problem.workers:
        case "free":
            return np.zeros(0)
        case "fewest":
            return numbers
        case "middle":
            away = np.abs(total / numbers - band.middle) if len(numbers) else numbers
        case asked:
            away = np.abs(numbers - asked)
    return numbers[np.lexsort((numbers, np.round(away, 9)))]


def near_targets(problem: Problem) -> Floats:
    """Return the numbers of workers near the one asked for, for a plan that is not all in band."""
    if problem.workers == "free":
        return np.zeros(0)
    total, band = problem.load.sum(), problem.band
    most = max(int(np.ceil(total / band.low)) + 2, band.fewest + 1)
    numbers = np.arange(1, most + 1, dtype=float)
    wanted = {"middle": total / band.middle, "fewest": 1.0}.get(str(problem.workers), problem.workers)
    away = (
        np.abs(total / numbers - band.middle)
        if problem.workers == "middle"
        else np.abs(numbers - float(wanted))
    )
    return numbers[np.lexsort((numbers, np.round(away, 9)))]
