"""Sets of units as bits, 64 a word: whether units hang together is asked of 64 at once; compiled."""

import numpy as np

from gridplan.compiled import borrowing, compiled, inlined

WORD = 64
ONE = np.uint64(1)
NONE = np.uint64(0)
SEQUENCE = np.uint64(0x03F79D71B4CB0A89)  # of de Bruijn: each six bits of it in a row differ from all others
PLACE = np.zeros(WORD, np.int64)
PLACE[[((0x03F79D71B4CB0A89 << at) & 0xFFFFFFFFFFFFFFFF) >> 58 for at in range(WORD)]] = np.arange(WORD)


@inlined
def put_in(bits, unit):
    """Put a unit into a set."""
    bits[unit >> 6] |= ONE << np.uint64(unit & 63)


@inlined
def take_out(bits, unit):
    """Take a unit out of a set."""
    bits[unit >> 6] &= ~(ONE << np.uint64(unit & 63))


@inlined
def lowest(word):
    """Return the lowest place of a word that is not empty (C. Leiserson, H. Prokop, K. Randall, 1998)."""
    return PLACE[((word & (~word + ONE)) * SEQUENCE) >> np.uint64(58)]


@inlined
def meet(bits, others):
    """Whether two sets have a unit in common."""
    found = False
    for word in range(len(bits)):
        if bits[word] & others[word] != NONE:
            found = True
            break
    return found


@compiled
def beside_of(starts, neighbors):
    """Return the neighbours of each unit as bits, shape (units, words)."""
    n = len(starts) - 1
    found = np.zeros((n, (n + WORD - 1) // WORD), np.uint64)
    for unit in range(n):
        for entry in range(starts[unit], starts[unit + 1]):
            put_in(found[unit], neighbors[entry])
    return found


@borrowing
def hang_together(beside, within, wanted, first, met, grown):
    """Whether all units ``wanted`` can be walked to from one of them over units ``within``, wanted ones first.

    ``met`` and ``grown`` are room for the search.
    """
    words, unit = len(wanted), first
    for word in range(words):
        met[word] = grown[word] = NONE
    put_in(met, first)
    while unit >= 0:
        put_in(grown, unit)
        near, far, lacking = -1, -1, False
        for word in range(words):
            met[word] |= beside[unit, word] & within[word]
            fresh = met[word] & ~grown[word]
            if fresh & wanted[word] != NONE:
                near = word
            elif fresh != NONE:
                far = word
            lacking |= wanted[word] & ~met[word] != NONE
        if not lacking:
            return True
        if near >= 0:
            unit = WORD * near + lowest(met[near] & ~grown[near] & wanted[near])
        else:
            unit = WORD * far + lowest(met[far] & ~grown[far]) if far >= 0 else -1
    return False
