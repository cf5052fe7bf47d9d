"""Better choices of sites by adding, dropping and swapping one at a time, compiled.

Each row knows its cheapest and its second cheapest open site, so one pass over the entries prices every swap (Whitaker 1983,
INFOR 21; Resende and Werneck 2007, European Journal of Operational Research 178).
"""

import numpy as np

from gridplan.circle.siting.field import FREE, IN
from gridplan.compiled import compiled

SLACK = 1e-9  # of money, relative
PATIENCE = 0.02  # how much worse a choice may be, of the best, to go on from; falls to 0


@compiled
def worth(field, chosen):
    """Return what a choice (a flag a site) costs."""
    total = 0.0
    for site in range(len(chosen)):
        if chosen[site]:
            total += field.price[site]
    for row in range(len(field.alone)):
        least = field.alone[row]
        for at in range(field.first[row], field.first[row + 1]):
            if chosen[field.site[at]]:
                least = field.cost[at]
                break
        total += least
    return total


@compiled
def near(field, chosen, best, least, second):
    """Fill in the cheapest open site of each row (-1: none), its cost, and the cost of the second."""
    for row in range(len(field.alone)):
        best[row], least[row], second[row] = -1, field.alone[row], field.alone[row]
        for at in range(field.first[row], field.first[row + 1]):
            if chosen[field.site[at]]:
                if best[row] < 0:
                    best[row], least[row] = field.site[at], field.cost[at]
                else:
                    second[row] = field.cost[at]
                    break


@compiled
def clear(field, chosen, site, gone):
    """Whether a site clashes with no open one but ``gone``."""
    for at in range(field.clash_at[site], field.clash_at[site + 1]):
        if chosen[field.clash[at]] and field.clash[at] != gone:
            return False
    return True


@compiled
def _losses(field, chosen, best, least, second, loss):
    """Fill in what closing each site costs; return how many sites that count are open, and their money."""
    number, spent = 0, 0.0
    for site in range(len(chosen)):
        loss[site] = -field.price[site]
        if chosen[site]:
            spent += field.money[site]
            number += field.counts[site]
    for row in range(len(field.alone)):
        if best[row] >= 0:
            loss[best[row]] += second[row] - least[row]
    return number, spent


@compiled
def _gain(field, site, best, least, second, extra):
    """Return what opening a site brings; fill in how much less closing each open site then costs."""
    gain = -field.price[site]
    for at in range(field.head[site], field.head[site + 1]):
        row, toll = field.row[at], field.toll[at]
        gain += max(0.0, least[row] - toll)
        if best[row] >= 0 and toll < second[row]:
            extra[best[row]] += second[row] - max(toll, least[row])
    return gain


@compiled
def _best_move(field, status, chosen, best, least, second, loss, extra):
    """Return the profit of the best move, the site it opens and the one it closes (-1: none)."""
    number, spent = _losses(field, chosen, best, least, second, loss)
    room = field.budget + SLACK * max(1.0, abs(field.budget))
    top, opens, closes = 0.0, -1, -1
    movable = np.zeros(len(chosen), np.bool_)
    for site in range(len(chosen)):
        movable[site] = chosen[site] and status[site] == FREE
    for gone in range(len(chosen)):
        if movable[gone] and -loss[gone] > top and spent - field.money[gone] <= room:
            top, opens, closes = -loss[gone], -1, gone
    for site in range(len(chosen)):
        if chosen[site] or status[site] != FREE:
            continue
        for gone in range(len(chosen)):
            extra[gone] = 0.0
        gain = _gain(field, site, best, least, second, extra)
        many, much = number + field.counts[site], spent + field.money[site]
        if gain > top and many <= field.most and much <= room and clear(field, chosen, site, -1):
            top, opens, closes = gain, site, -1
        for gone in range(len(chosen)):
            if (
                movable[gone]
                and gain - loss[gone] + extra[gone] > top
                and many - field.counts[gone] <= field.most
                and much - field.money[gone] <= room
                and clear(field, chosen, site, gone)
            ):
                top, opens, closes = gain - loss[gone] + extra[gone], site, gone
    return top, opens, closes


@compiled
def descend(field, status, chosen, least_profit):
    """Make the best move again and again; change ``chosen``; return its worth. Sites not FREE stay as they are."""
    rows, sites = len(field.alone), len(chosen)
    best = np.empty(rows, np.int64)
    least, second, loss, extra = np.empty(rows), np.empty(rows), np.empty(sites), np.zeros(sites)
    while True:
        near(field, chosen, best, least, second)
        top, opens, closes = _best_move(field, status, chosen, best, least, second, loss, extra)
        if top <= least_profit:
            break
        if opens >= 0:
            chosen[opens] = True
        if closes >= 0:
            chosen[closes] = False
    return worth(field, chosen)


@compiled
def wander(field, status, chosen, least_profit, rounds, seed):
    """Shake and descend some rounds; change ``chosen`` to the best found; return its worth."""
    np.random.seed(seed)
    top = descend(field, status, chosen, least_profit)
    free = np.flatnonzero(status == FREE)
    trial, here, value_here = chosen.copy(), chosen.copy(), top
    for number in range(rounds):
        if len(free) < 2:
            break
        trial[:] = here
        for _ in range(np.random.randint(2, 5)):
            one, other = free[np.random.randint(len(free))], free[np.random.randint(len(free))]
            if trial[one] != trial[other]:
                opens, closes = (other, one) if trial[one] else (one, other)
                if clear(field, trial, opens, closes) and within(field, trial, opens, closes):
                    trial[opens], trial[closes] = True, False
        value = descend(field, status, trial, least_profit)
        if value < value_here + PATIENCE * abs(top) * (1.0 - number / rounds):
            value_here = value
            here[:] = trial
        if value < top - least_profit:
            top = value
            chosen[:] = trial
    return top


@compiled
def within(field, chosen, opens, closes):
    """Whether the money and the number of sites allow a swap."""
    number, spent = 0, 0.0
    for site in range(len(chosen)):
        if (chosen[site] or site == opens) and site != closes:
            number += field.counts[site]
            spent += field.money[site]
    return number <= field.most and spent <= field.budget + SLACK * max(1.0, abs(field.budget))


@compiled
def settled(status):
    """Return the choice of the sites that are settled to be open."""
    return status == IN
