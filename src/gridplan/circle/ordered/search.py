"""Much cover by ruin and rebuilding (Schrimpf et al. 2000, Journal of Computational Physics 159), compiled.

Some columns are closed; then, as long as anything fits, the column is opened that covers most for its money. A building counts for
a random part of its price, as others may come to share it.
"""

import numpy as np

from gridplan.compiled import compiled

SLACK = 1e-9
NOTHING = 1e-3  # what a column counts as costing at least, of the dearest
CLOSED = 0.3  # of the open columns, at most
FALL = 0.004  # how much worse than the best, of the best, a choice may be to go on from; falls to 0


@compiled
def _turn(case, column, chosen, number, gain, state):
    """Open or close a column; keep counts of elements, gains of columns, sums of services and buildings."""
    opens = not chosen[column]
    step = 1 if opens else -1
    chosen[column] = opens
    for at in range(case.head[column], case.head[column + 1]):
        element = case.inside[at]
        before = number[element]
        number[element] += step
        need = case.need[element]
        if before == need - (1 if opens else 0):
            state.covered[0] += case.weight[element] * step
            for other in case.column[case.first[element] : case.first[element + 1]]:
                gain[other] -= case.weight[element] * step / need
    service, building = case.service[column], case.building[column]
    state.new[service] += step * case.counts[column]
    state.own[service] += step * case.money[column]
    state.money[0] += step * case.money[column]
    if building >= 0:
        was = state.tenants[building]
        state.tenants[building] += step
        state.floor[building] += step * case.floor[column]
        if was == 0 or was + step == 0:
            state.money[0] += step * case.cost[building]
            state.taken[0] += step


@compiled
def _price(case, column, state):
    """Return what opening a column costs now; -inf: it does not fit."""
    service, building = case.service[column], case.building[column]
    if case.counts[column] and state.new[service] >= case.most[service]:
        return -np.inf
    price = case.money[column]
    if state.own[service] + price > case.own[service] + SLACK * abs(case.own[service]):
        return -np.inf
    if building >= 0:
        if state.floor[building] + case.floor[column] > case.area[building] + SLACK:
            return -np.inf
        if state.tenants[building] == 0:
            price += case.cost[building]
            if state.taken[0] >= case.most_buildings:
                return -np.inf
    if state.money[0] + price > case.budget + SLACK * abs(case.budget):
        return -np.inf
    return price


@compiled
def _fits(case, column, chosen):
    """Whether a column clashes with no open one."""
    clear = True
    for at in range(case.clash_at[column], case.clash_at[column + 1]):
        clear &= not chosen[case.clash[at]]
    return clear


@compiled
def _rebuild(case, chosen, number, gain, state, sharing, noise):
    """Open what covers most for its money as long as anything fits."""
    columns = len(chosen)
    tired = np.zeros(columns, np.bool_)
    shake = 1.0 - noise * np.random.random(columns)
    while True:
        best, found = -1, 0.0
        for column in range(columns):
            if chosen[column] or tired[column] or case.fixed[column] or gain[column] <= 0:
                continue
            price = _price(case, column, state)
            if price == -np.inf or not _fits(case, column, chosen):
                continue
            building = case.building[column]
            if building >= 0 and state.tenants[building] == 0:
                price -= (1.0 - sharing) * case.cost[building]
            worth = gain[column] * shake[column] / max(price, case.least)
            if worth > found:
                best, found = column, worth
        if best < 0:
            return
        _turn(case, best, chosen, number, gain, state)


@compiled
def _ruin(case, chosen, number, gain, state):
    """Close some columns: all of a few buildings, or any."""
    opened = np.flatnonzero(chosen & ~case.fixed)
    if len(opened) == 0:
        return
    many = np.random.randint(1, max(2, int(CLOSED * len(opened)) + 1))
    if np.random.random() < 0.5:
        many = min(many, 3)
    whole = np.random.random() < 0.5
    for _ in range(many):
        column = opened[np.random.randint(len(opened))]
        if not chosen[column]:
            continue
        building = case.building[column]
        if whole and building >= 0:
            for other in opened:
                if case.building[other] == building and chosen[other]:
                    _turn(case, other, chosen, number, gain, state)
        else:
            _turn(case, column, chosen, number, gain, state)


@compiled
def wander(case, chosen, number, gain, state, rounds, seed):
    """Ruin and rebuild so many times from a choice; change ``chosen`` to the best found and return what it covers."""
    np.random.seed(seed)
    now = chosen.copy()
    _rebuild(case, now, number, gain, state, 0.5, 0.0)
    best, at = state.covered[0], state.covered[0]
    chosen[:] = now
    back = now.copy()
    for turn in range(rounds):
        _ruin(case, now, number, gain, state)
        _rebuild(case, now, number, gain, state, np.random.random(), 0.4 * np.random.random())
        if state.covered[0] > best + SLACK * abs(best):
            best = state.covered[0]
            chosen[:] = now
        if state.covered[0] >= at - FALL * best * (1.0 - turn / rounds) * np.random.random():
            at = state.covered[0]
            back[:] = now
        else:
            for column in range(len(now)):
                if now[column] and not back[column]:
                    _turn(case, column, now, number, gain, state)
            for column in range(len(now)):
                if back[column] and not now[column]:
                    _turn(case, column, now, number, gain, state)
    return best
