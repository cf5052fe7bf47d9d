"""What a set on its way can still earn by its loads in clusters and villages; compiled."""

from gridplan.compiled import compiled
from gridplan.partition.knapsack import ended

HOME, VILLAGE, AWAY = 0, 1, 2  # where the units of a set are


@compiled
def whereabouts(walk, items, unit, q):
    """Return how far from home the set is that comes to a group: in its own cluster only, in its village only, or farther away."""
    load = walk.entered[q]
    if q == 0 or load == walk.entered[1]:
        return HOME
    return VILLAGE if q < items.near[unit] or load == walk.entered[items.near[unit]] else AWAY


@compiled
def leaving(load, state, unit, q, items, offer):
    """Return what a set earns by the rims that it crosses when it takes some load of a group."""
    home, value = items.home[unit], 0.0
    if state == HOME:
        value += offer.inside[home, load]
    if state != AWAY and q >= items.near[unit]:
        value += offer.inside[items.village[home], load]
    return value


@compiled
def stopped(load, state, unit, items, offer):
    """Return what a set earns that takes nothing more."""
    home = items.home[unit]
    if state == AWAY:
        return offer.workers[load]
    return ended(load, home if state == HOME else -1, items.village[home], offer)


@compiled
def beyond(load, state, q, unit, items, offer, sack):
    """Return the best that a set earns that takes some load of groups q.., and of those before nothing since it came so far."""
    home, value = items.home[unit], sack.more[q, load]
    if state != AWAY and q > items.near[unit]:
        value += offer.inside[items.village[home], load]
    return value + offer.inside[home, load] if state == HOME else value


@compiled
def nothing(load, state, q, unit, items, offer, sack):
    """Return the best that a set can still earn that took nothing of the groups before q since it came so far."""
    return max(stopped(load, state, unit, items, offer), beyond(load, state, q, unit, items, offer, sack))
