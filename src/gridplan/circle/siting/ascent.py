"""Bounds by Lagrangean relaxation, compiled: a price a row for being served, raised until no choice can be cheaper.

With prices ``wage`` (rows) and ``rate`` (of money) the sites come apart::

    bound = sum wage - rate * budget + sum over the sites taken of (price_j + rate * money_j + sum_i min(0, cost_ij - wage_i))

where the settled ones and the most negative of the free ones are taken, at most ``most``. Each is a bound, whatever the prices; the
best ones are looked for by subgradient steps (Held, Wolfe and Crowder 1974; Cornuejols, Fisher and Nemhauser 1977, Management
Science 23). A site that would lift the bound to the worth of a known choice is settled for good.
"""

import numpy as np

from gridplan.circle.siting.field import FREE, IN, OUT
from gridplan.compiled import compiled

ROUNDING, LEVEL = 1e-14, 1e-6  # of sums of money: what they are off by, and what of them is nothing
KEPT = 0.5  # of the last step's direction
TIMID = 0.01  # steps no bolder than this are not worth making


@compiled
def corridor(field, status, low, high):
    """Fill in the least and the largest price of each row that need be looked at.

    Below the second cheapest site the bound cannot fall with the price, above a site that is open it cannot rise.
    """
    for row in range(len(field.alone)):
        low[row] = high[row] = field.alone[row]
        seen = 0
        for at in range(field.first[row], field.first[row + 1]):
            mark = status[field.site[at]]
            if mark == OUT:
                continue
            seen += 1
            if seen == 2:
                low[row] = field.cost[at]
            if mark == IN:
                high[row] = field.cost[at]
                break
        low[row] = min(low[row], high[row])


@compiled
def appraise(field, wage, rate, value):
    """Fill in what each site adds to the bound if it is taken; return what the bound is without any."""
    bound = -rate * field.budget if rate > 0 else 0.0
    for site in range(len(value)):
        value[site] = field.price[site] + rate * field.money[site]
    for row in range(len(wage)):
        pay = wage[row]
        bound += pay
        for at in range(field.first[row], field.first[row + 1]):
            if field.cost[at] >= pay:
                break
            value[field.site[at]] += field.cost[at] - pay
    return bound


@compiled
def take(field, status, value, taken):
    """Fill in which sites are taken; return their sum, the last value taken and the first not taken of those that count."""
    total, left, count = 0.0, field.most, 0
    rest = np.empty(len(status), np.int64)
    for site in range(len(status)):
        free = status[site] == FREE and value[site] < 0
        taken[site] = status[site] == IN or (free and not field.counts[site])
        if taken[site]:
            total += value[site]
            left -= field.counts[site]
        elif free:
            rest[count] = site
            count += 1
    order = rest[:count][np.argsort(value[rest[:count]])]
    for site in order[: min(left, count)]:
        taken[site] = True
        total += value[site]
    last = -np.inf if left == 0 else value[order[left - 1]] if count >= left else 0.0
    return total, last, value[order[left]] if count > left else 0.0


@compiled
def settle(field, status, value, taken, bound, last, following, goal):
    """Settle the free sites whose other state would lift the bound to the goal; return how many."""
    number = 0
    for site in range(len(status)):
        if status[site] != FREE:
            continue
        if taken[site]:
            if bound - value[site] + (following if field.counts[site] else 0.0) >= goal:
                status[site] = IN
                number += 1
        elif bound + value[site] - (last if field.counts[site] else min(0.0, value[site])) >= goal:
            status[site] = OUT
            number += 1
    return number


@compiled
def spread_out(field, status):
    """Settle what follows from the sites that are open; return False if they break a rule."""
    number, spent, least = 0, 0.0, 0.0
    for site in range(len(status)):
        if status[site] == IN:
            number += field.counts[site]
            spent += field.money[site]
            for at in range(field.clash_at[site], field.clash_at[site + 1]):
                if status[field.clash[at]] == IN:
                    return False
                status[field.clash[at]] = OUT
        elif status[site] == FREE:
            least += min(0.0, field.money[site])
    room = field.budget + 1e-9 * max(1.0, abs(field.budget))
    if number > field.most or spent + least > room:
        return False
    for site in range(len(status)):
        if status[site] == FREE:
            full = number >= field.most and field.counts[site]
            if full or spent + least + max(0.0, field.money[site]) > room:
                status[site] = OUT
    return True


@compiled
def ascend(field, status, wage, rate, goal, rounds, patience, boldness):
    """Raise the bound; settle sites on the way.

    ``wage`` and ``rate`` (an array of one) end as the best prices found, ``status`` as what is settled.

    Returns
    -------
    tuple
        The bound (inf if nothing below the goal is left), the share of the late rounds in which each site was taken, and the best
        round's choice.
    """
    rows, sites = len(wage), len(status)
    low, high, step, now = np.empty(rows), np.empty(rows), np.zeros(rows), wage.copy()
    value, taken = np.empty(sites), np.zeros(sites, np.bool_)
    share, choice = np.zeros(sites), np.zeros(sites, np.bool_)
    pace, slope, best, stale, still = rate[0], 0.0, -np.inf, 0, 0
    sums = in_money(field)
    fits = spread_out(field, status)
    corridor(field, status, low, high)
    for number in range(rounds):
        for row in range(rows):
            now[row] = min(max(now[row], low[row]), high[row])
        bound = appraise(field, now, pace, value)
        total, last, following = take(field, status, value, taken) if fits else (np.inf, 0.0, 0.0)
        bound += total - ROUNDING * pace * sums  # large prices of money cancel out but for their last digits
        if bound >= goal:
            return np.inf, share, choice
        if settle(field, status, value, taken, bound, last, following, goal) > 0:
            fits = spread_out(field, status)
            corridor(field, status, low, high)
        for site in range(sites):
            share[site] += max(0.05, 1.0 / (number + 1.0)) * (taken[site] - share[site])
        stale = 0 if bound > best + 1e-7 * abs(best) else stale + 1
        if bound > best:
            best, wage[:], rate[0], choice[:] = bound, now, pace, taken
        if stale >= patience:
            stale, boldness, now[:], pace = 0, 0.6 * boldness, wage, rate[0]
            if boldness < TIMID:
                break
        norm = turn(field, now, taken, low, high, step)
        slope = lean(field, taken, slope, sums)
        still = 0 if norm > 0.0 or (slope != 0.0 and pace > 0.0) else still + 1
        if still > 1:  # once may be the last step's direction against this one's
            break
        length = boldness * (goal - bound)
        for row in range(rows):
            now[row] += length / max(norm, 1e-12) * step[row]
        if slope != 0.0:
            pace = max(0.0, pace + 0.5 * length / slope)
    return (best if fits else np.inf), share, choice


@compiled
def in_money(field):
    """Return the sum of all amounts of money, 0 without a budget."""
    return 0.0 if np.isinf(field.budget) else abs(field.budget) + np.abs(field.money).sum()


@compiled
def lean(field, taken, before, sums):
    """Return which way the price of money has to go; what is left of earlier steps alone is no direction."""
    if sums == 0.0:
        return 0.0
    slope = overspent(field, taken) + KEPT * before
    return 0.0 if abs(slope) <= LEVEL * sums else slope


@compiled
def overspent(field, taken):
    """Return by how much the sites taken cost more than the budget."""
    spent = -field.budget
    for site in range(len(taken)):
        if taken[site]:
            spent += field.money[site]
    return spent


@compiled
def turn(field, now, taken, low, high, step):
    """Turn ``step`` to where the bound rises, with a part of where it went before; return its square."""
    norm = 0.0
    for row in range(len(now)):
        served = 0
        for at in range(field.first[row], field.first[row + 1]):
            if field.cost[at] >= now[row]:
                break
            served += taken[field.site[at]]
        step[row] = 1.0 - served + KEPT * step[row]
        if (now[row] <= low[row] and step[row] < 0) or (now[row] >= high[row] and step[row] > 0):
            step[row] = 0.0
        norm += step[row] * step[row]
    return norm
