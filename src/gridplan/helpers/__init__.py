"""Helpers beside the workers: agencies and communities, committee members and grids, officers by a rota, and whom to call."""

from gridplan.helpers.members import Bundles, bundles
from gridplan.helpers.pairing import Pairing, pair
from gridplan.helpers.rota import Rota, evenness, posted, rota
from gridplan.helpers.whistle import Called, whistle

__all__ = [
    "Bundles",
    "Called",
    "Pairing",
    "Rota",
    "bundles",
    "evenness",
    "pair",
    "posted",
    "rota",
    "whistle",
]
