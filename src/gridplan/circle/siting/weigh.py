"""Few sites that cover every row, by local search with row weights, compiled.

One site less than needed is open; the row that stays uncovered longest grows heavy until a site comes in for it
(Gao, Weise and Li 2015, European Journal of Operational Research 246: RWLS).
"""

import numpy as np

from gridplan.compiled import compiled


@compiled
def _flip(field, site, chosen, number, heavy, score):
    """Open or close a site; keep how often each row is covered, and what flipping each site would bring."""
    opens = not chosen[site]
    chosen[site] = opens
    score[site] = -score[site]
    for at in range(field.head[site], field.head[site + 1]):
        row = field.row[at]
        number[row] += 1 if opens else -1
        first, last = field.first[row], field.first[row + 1]
        if opens and number[row] == 1:
            for other in field.site[first:last]:
                score[other] += 0.0 if other == site else -heavy[row]
        elif opens and number[row] == 2:
            for other in field.site[first:last]:
                if chosen[other] and other != site:
                    score[other] += heavy[row]
        elif not opens and number[row] == 0:
            for other in field.site[first:last]:
                score[other] += 0.0 if other == site else heavy[row]
        elif not opens and number[row] == 1:
            for other in field.site[first:last]:
                if chosen[other]:
                    score[other] -= heavy[row]


@compiled
def _cheapest(chosen, score, since, fixed, barred):
    """Return the open site whose closing loses least, the longest open of equal ones; -1: none may close."""
    best = -1
    for site in range(len(chosen)):
        if chosen[site] and not fixed[site] and site != barred:
            ahead = 0.0
            if best >= 0:
                ahead = score[site] - score[best]
            if best < 0 or ahead > 0 or (ahead == 0 and since[site] < since[best]):
                best = site
    return best


@compiled
def _waiting(number, waiting):
    """Fill in the rows that are not covered; return how many there are."""
    left = 0
    for row in range(len(number)):
        if number[row] == 0:
            waiting[left] = row
            left += 1
    return left


@compiled
def _comer(sites, fresh, score, since):
    """Return the site that brings most of some that may come in, the longest closed of equal ones; -1: none may."""
    comes = -1
    for site in sites:
        if fresh[site]:
            ahead = score[site] - score[comes] if comes >= 0 else 1.0
            if ahead > 0 or (ahead == 0 and since[site] < since[comes]):
                comes = site
    return comes


@compiled
def _change(field, site, chosen, number, heavy, score, fresh):
    """Open or close a site; its neighbours may come in again, a closed one not until one of them changes."""
    _flip(field, site, chosen, number, heavy, score)
    for at in range(field.head[site], field.head[site + 1]):
        row = field.row[at]
        for other in field.site[field.first[row] : field.first[row + 1]]:
            fresh[other] = True
    fresh[site] = chosen[site]


@compiled
def lighten(field, chosen, fixed, target, steps, seed):
    """Look for a cover of fewer sites from one that covers every row; change ``chosen`` to the best found; return its number.

    It ends after so many steps, or once there are at most ``target``. Sites in ``fixed`` stay open.
    """
    np.random.seed(seed)
    rows, sites = len(field.alone), len(chosen)
    now, number, waiting = np.zeros(sites, np.bool_), np.zeros(rows, np.int64), np.empty(rows, np.int64)
    heavy, score, since = np.ones(rows), np.zeros(sites), np.zeros(sites, np.int64)
    fresh, last, best = np.ones(sites, np.bool_), -1, chosen.sum()
    for site in range(sites):
        score[site] = field.head[site + 1] - field.head[site]
    for site in range(sites):
        if chosen[site]:
            _flip(field, site, now, number, heavy, score)
    for step in range(steps):
        while _waiting(number, waiting) == 0:
            best, chosen[:] = now.sum(), now
            site = _cheapest(now, score, since, fixed, -1)
            if site < 0 or best <= target:
                return best
            _change(field, site, now, number, heavy, score, fresh)
            since[site] = step
        site = _cheapest(now, score, since, fixed, last)
        if site >= 0:
            _change(field, site, now, number, heavy, score, fresh)
            since[site] = step
        row = waiting[np.random.randint(_waiting(number, waiting))]
        comes = _comer(field.site[field.first[row] : field.first[row + 1]], fresh, score, since)
        if comes < 0 or now.sum() + 1 >= best:
            continue
        _change(field, comes, now, number, heavy, score, fresh)
        since[comes], last = step, comes
        for row in waiting[: _waiting(number, waiting)]:
            heavy[row] += 1
            for site in field.site[field.first[row] : field.first[row + 1]]:
                score[site] += 1
    return best
