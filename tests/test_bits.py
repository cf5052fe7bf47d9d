"""Sets of units as bits, against components as scipy finds them."""

import numpy as np
from hypothesis import given
from hypothesis import strategies as st
from scipy.sparse import coo_matrix, csgraph

from gridplan.partition.bits import WORD, beside_of, hang_together, lowest


def packed(units, n):
    """Return units as bits."""
    bits = np.zeros(-(-n // WORD), np.uint64)
    for unit in units:
        bits[unit // WORD] |= np.uint64(1 << (unit % WORD))
    return bits


def test_the_lowest_place_of_a_word():
    """Each of the 64 places is found, whatever is above it."""
    for place in range(WORD):
        for above in range(place, WORD, 7):
            assert lowest(np.uint64((1 << place) | (1 << above))) == place


@st.composite
def questions(draw):
    """Return edges among n units, those that may be walked over and those wanted, one of them first."""
    n = draw(st.integers(2, 140))
    unit = st.integers(0, n - 1)
    edges = draw(st.lists(st.tuples(unit, unit), max_size=3 * n))
    within = draw(st.sets(unit, min_size=1, max_size=n))
    wanted = draw(st.sets(st.sampled_from(sorted(within)), min_size=1))
    return n, edges, within, wanted


@given(questions())
def test_whether_units_hang_together(question):
    """As scipy finds it by the components of the graph of what may be walked over."""
    n, edges, within, wanted = question
    ends = np.array([(a, b) for a, b in edges if a != b], dtype=np.int32).reshape(-1, 2)
    both = np.concatenate([ends, ends[:, ::-1]])
    both = both[np.argsort(both[:, 0], kind="stable")]
    starts = np.searchsorted(both[:, 0], np.arange(n + 1)).astype(np.int32)
    beside = beside_of(starts, np.ascontiguousarray(both[:, 1]))
    words = beside.shape[1]
    first = min(wanted)
    answer = hang_together(
        beside,
        packed(within, n),
        packed(wanted, n),
        first,
        np.empty(words, np.uint64),
        np.empty(words, np.uint64),
    )
    inside = [(a, b) for a, b in both.tolist() if a in within and b in within]
    rows, columns = np.array(inside, dtype=int).reshape(-1, 2).T
    piece = csgraph.connected_components(coo_matrix((np.ones(len(rows)), (rows, columns)), shape=(n, n)))[1]
    assert answer == (len({piece[unit] for unit in wanted}) == 1)
