"""What a planner ties: units joined into one before a problem is solved, and units that no grid may hold both of.

Joined units are one unit to the searches: the first of them, their *lead*, has all their load, their households and their borders.
What it adds to the cost of a grid with centre c is the sum over the joined units of households x distance to c: the lead's distance
to c is their weighted mean. The others stay as units without load that border on the lead alone. A unit without load is in a set
only as its centre, so any joined unit may be the centre, at its own distances, and the least cost is the true one. Two of them in
one set are never needed: they are apart from one another.
"""

from dataclasses import dataclass

import numpy as np

from gridplan.partition.charges import Extras, Flags, Floats, Ints


@dataclass(frozen=True, kw_only=True)
class Ties:
    """What is tied in a problem.

    Attributes
    ----------
    apart
        Pairs of units that no grid holds both of, symmetric, shape (n, n).
    lead
        The unit that each unit was joined to, itself where it was not, shape (n,).
    pinned
        Units that a plan has to cover though nobody lives there, shape (n,).
    """

    apart: Flags
    lead: Ints
    pinned: Flags

    @property
    def free(self) -> Flags:
        """Units that were joined to no other, shape (n,)."""
        return self.lead == np.arange(len(self.lead))

    @property
    def spare(self) -> Flags:
        """Units that are there only to be a centre, shape (n,)."""
        return ~self.free & ~self.pinned

    def part(self, units: Ints) -> "Ties":
        """Return the ties of some units alone."""
        place = np.full(len(self.lead), -1, np.int32)
        place[units] = np.arange(len(units))
        lead = place[self.lead[units]]
        return Ties(
            apart=self.apart[np.ix_(units, units)],
            lead=np.where(lead < 0, np.arange(len(units)), lead).astype(np.int32),
            pinned=self.pinned[units],
        )

    def whole(self, units: Ints) -> Ints:
        """Return some units with all that are joined to them."""
        return np.flatnonzero(np.isin(self.lead, self.lead[units])).astype(np.int32)


def leads(together: Ints) -> Ints:
    """Return the first unit of each unit's group, itself where it is in none (-1)."""
    lead = np.arange(len(together), dtype=np.int32)
    for group in np.unique(together[together >= 0]):
        mine = np.flatnonzero(together == group)
        lead[mine] = mine[0]
    return lead


def ties_of(together: Ints, apart: Flags, load: Floats, extras: Extras | None) -> Ties | None:
    """Return the ties of a problem, None where nothing is tied.

    Parameters
    ----------
    together
        Number of the group that each unit is joined into, -1 for none, shape (n,).
    apart
        Units of which a grid holds at most one, a row a group, shape (k, n).
    load
        Of each unit by itself, shape (n,).
    extras
        Prices of the problem: a unit that brings a priced compound or building into its group stays to be counted.
    """
    lead = leads(together)
    joined = np.flatnonzero(lead != np.arange(len(lead))).astype(np.int32)
    if not len(joined) and not (apart.sum(axis=1) > 1).any():
        return None
    row, unit = np.nonzero(apart)
    asked = np.zeros(apart.shape, np.int32)
    asked[row, lead[unit]] = 1
    pairs = np.asarray(asked.T @ asked > 0, bool)
    counted = _counted(lead, joined, extras)
    spare = joined[~counted[joined]]
    pairs[np.ix_(spare, spare)] = lead[spare][:, None] == lead[spare]
    np.fill_diagonal(pairs, val=False)
    nobody = np.bincount(lead, weights=load, minlength=len(lead)) <= 0
    wanted = pairs.any(axis=1) & nobody
    wanted[joined] = False
    return Ties(apart=pairs, lead=lead, pinned=wanted | counted)


def _counted(lead: Ints, joined: Ints, extras: Extras | None) -> Flags:
    """Mark the joined units that bring a priced compound or building that their lead, or one marked before them, does not."""
    counted = np.zeros(len(lead), bool)
    if extras is None:
        return counted
    priced = extras.group[extras.split > 0]
    for unit in joined:
        mine = np.append(np.flatnonzero(counted & (lead == lead[unit])), lead[unit])
        counted[unit] = any(row[unit] >= 0 and row[unit] not in row[mine] for row in priced)
    return counted
