"""AZP of spopt: k compact regions; it knows no band."""

from typing import Any

from spopt.region import AZP

from instance import Instance, in_order
from peers.maxp import table


def divide(instance: Instance, seconds: float, seed: int) -> dict[str, Any]:  # noqa: ARG001 # it ends by itself
    """Return the regions found."""
    model = AZP(*table(instance), ["x", "y"], n_clusters=instance.k, random_state=seed)
    model.solve()
    return {"assignment": in_order(model.labels_)}
