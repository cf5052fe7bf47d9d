"""gridplan; with as many workers as the peers have grids, but where the instance leaves their number free."""

from typing import Any

from gridplan import partition
from instance import Instance


def divide(instance: Instance, seconds: float, seed: int) -> dict[str, Any]:  # noqa: ARG001 # work is counted
    """Return the plan with its bound; by counted work, as ``gridplan run`` does without a clock."""
    problem = partition.problem_from_arrays(
        instance.load,
        xy=instance.xy,
        neighbors=instance.edges,
        band=(instance.low, instance.high),
        workers="middle" if instance.k_free else instance.k,
    )
    plan = partition.solve(problem, seed=seed)
    return {
        "assignment": plan.assignment.tolist(),
        "lower_bound": plan.lower_bound,
        "out_of_band_bound": plan.out_of_band_bound,
        "status": plan.status,
    }
