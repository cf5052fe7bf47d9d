"""Grids coloured by a figure instead of one unlike the next: classes by a stated rule, told apart in black and white.

Colours are of ColorBrewer (Harrower and Brewer 2003, The Cartographic Journal 40): each step is darker than the one before.
"""

from collections.abc import Sequence
from itertools import pairwise
from typing import Any

import numpy as np
import pandas as pd

from gridplan.maps import signs
from gridplan.maps.written import Words, number
from gridplan.plan import Plan

BLUES = ("#eff3ff", "#bdd7e7", "#6baed6", "#3182bd", "#08519c")
GREENS = ("#edf8e9", "#bae4b3", "#74c476", "#31a354", "#006d2c")
ORANGES = ("#feedde", "#fdbe85", "#fd8d3c", "#e6550d", "#a63603")
BELOW, ABOVE = {"fillColor": "#ffffff", "hatch": "#b3261e"}, {"fillColor": "#7f2704"}
SCORES, MISSING = (0.6, 0.8, 0.9, 1 - 1e-9), (1e-9, 0.2, 0.4, 0.6)
NEEDS, MOST_SERVICES = (0, 1, 3, 6), 12
FILL = {**signs.GRID_BORDER, "fillOpacity": 0.85}
NOTHING: signs.Look = {**FILL, **signs.EMPTY}


def views(plan: Plan, words: Words) -> list[dict[str, Any]]:
    """Return each figure that the plan has, as {title, rule, texts, looks, look}; the last class is of grids without the figure."""
    made = [
        *(_loads(plan, words), _walks(plan, words), _scores(plan, words), _missing(plan, words)),
        *(_needs(plan, words), *_covers(plan, words)),
    ]
    return [view for view in made if view is not None]


def _view(
    words: Words, key: str, texts: Sequence[str], looks: Sequence[signs.Look], look: np.ndarray
) -> dict[str, Any]:
    classes = [*texts, words("class_none")], [*({**FILL, **one} for one in looks), NOTHING]
    return {
        "title": words(f"view_{key}"),
        "rule": words(f"rule_{key}"),
        "texts": classes[0],
        "looks": classes[1],
        "look": np.where(look < 0, len(texts), look).tolist(),
    }


def _loads(plan: Plan, words: Words) -> dict[str, Any] | None:
    """Load a worker: below the band, its thirds, above it."""
    grids, band = plan.grids, plan.bands(plan.grids["community_id"])
    each = (grids["load"] / grids["workers"].where(grids["workers"] > 0)).to_numpy(float)
    ordinary = (grids["kind"] == "ordinary").to_numpy() & np.isfinite(each)
    if not ordinary.any():
        return None
    low, high = (band[end].to_numpy(float) for end in ("low", "high"))
    place = np.clip(np.floor(3 * (each - low) / np.maximum(high - low, 1e-9)), 0, 2)
    look = np.where(each < low - 1e-9, 0, np.where(each > high + 1e-9, 4, 1 + np.nan_to_num(place)))
    one = len({*zip(low.tolist(), high.tolist(), strict=True)}) == 1
    texts = [words(f"class_load_{step}") for step in range(5)]
    if one:
        edges = np.linspace(low[0], high[0], 4)
        spans = [f"{number(a)}–{number(b)}" for a, b in pairwise(edges)]
        texts = [f"< {number(low[0])}", *spans, f"> {number(high[0])}"]
    looks = [BELOW, *({"fillColor": fill} for fill in BLUES[:3]), ABOVE]
    return _view(words, "loads", texts, looks, np.where(ordinary, look, -1).astype(int))


def _walks(plan: Plan, words: Words) -> dict[str, Any] | None:
    """Mean walk to the middle: fifths of the grids."""
    grids = plan.grids
    walk = grids["walk_mean_m"].where(grids["households"] > 0).to_numpy(float)
    known = np.isfinite(walk)
    if not known.any():
        return None
    edges = np.unique(np.round(np.quantile(walk[known], [0.2, 0.4, 0.6, 0.8])))
    look = np.where(known, np.searchsorted(edges, np.nan_to_num(walk), side="left"), -1)
    bounds = [number(edge) for edge in edges]
    spans = [f"{a}–{b}" for a, b in pairwise(bounds)]
    texts = [words("metres", metres=text) for text in (f"≤ {bounds[0]}", *spans, f"> {bounds[-1]}")]
    return _view(words, "walks", texts, [{"fillColor": fill} for fill in BLUES[: len(texts)]], look)


def _scores(plan: Plan, words: Words) -> dict[str, Any] | None:
    """Share of services within reach."""
    told = {row["id"]: row["score"] for row in plan.report.get("assessment") or () if row["level"] == "grid"}
    return _shares(words, "scores", plan.grids["grid_id"].map(told), SCORES, GREENS)


def _covers(plan: Plan, words: Words) -> list[dict[str, Any]]:
    """Share of a grid's households that each service reaches, the services that reach fewest first."""
    rows = [row for row in plan.report.get("assessment") or () if row["level"] == "grid"]
    means = {row["category"]: row["covered_after"] for row in plan.report["circle"]}
    found = []
    for service in sorted(means, key=lambda name: (means[name], name))[:MOST_SERVICES]:
        told = {row["id"]: (row.get("covered") or {}).get(service) for row in rows}
        view = _shares(words, "scores", plan.grids["grid_id"].map(told), SCORES, GREENS)
        if view is not None:
            found.append({**view, "title": words("view_cover", service=service), "rule": words("rule_cover")})
    return found


def _needs(plan: Plan, words: Words) -> dict[str, Any] | None:
    """How many needs of a grid are not met."""
    needs = plan.lists.get("needs")
    if needs is None:
        return None
    unmet = needs.loc[(needs["unmet"] > 0) & (needs["grid_id"] != ""), "grid_id"].value_counts()
    count = plan.grids["grid_id"].map(unmet).fillna(0).to_numpy(float)
    look = np.searchsorted(NEEDS, count, side="left")
    texts = [
        "0",
        *(f"{int(a) + 1}–{int(b)}" if b - a > 1 else f"{int(b)}" for a, b in pairwise(NEEDS)),
        f"> {NEEDS[-1]}",
    ]
    return _view(words, "needs", texts, [{"fillColor": fill} for fill in ORANGES], look)


def _missing(plan: Plan, words: Words) -> dict[str, Any] | None:
    """Share of the posts of the norm that the community's roster lacks."""
    areas = (plan.report.get("posts") or {}).get("areas") or ()
    told = {row["community_id"]: row.get("missing_share") for row in areas if row["level"] == "community"}
    return _shares(words, "missing", plan.grids["community_id"].map(told), MISSING, ORANGES)


def _shares(
    words: Words, key: str, column: pd.Series, edges: Sequence[float], fills: Sequence[str]
) -> dict[str, Any] | None:
    share = column.astype(float).to_numpy()
    known = np.isfinite(share)
    if not known.any():
        return None
    look = np.where(known, np.searchsorted(edges, np.nan_to_num(share), side="right"), -1)
    texts = [words(f"class_{key}_{step}") for step in range(len(fills))]
    return _view(words, key, texts, [{"fillColor": fill} for fill in fills], look)
