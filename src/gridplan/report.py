"""report.json as a dict: what was asked, what came, what is proven of it."""

import json
from dataclasses import dataclass
from typing import Any

import numpy as np
import pandas as pd

from gridplan import __version__
from gridplan.assemble import Tables, norm_of
from gridplan.circle import Circle
from gridplan.config import Circle as CircleAsked
from gridplan.config import PlanFile
from gridplan.partition import District
from gridplan.tables import Inputs
from gridplan.words import Message, say


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What marks a run beside its plan file and its inputs."""

    seed: int
    language: str
    day: str
    straight: bool
    clock: bool


def _plain(value: Any) -> Any:  # whatever a report holds
    """Return a value as JSON has it: numpy's numbers as Python's, not-a-number as None."""
    if isinstance(value, np.generic):
        value = value.item()
    if isinstance(value, float) and not np.isfinite(value):
        return None
    if isinstance(value, dict):
        return {key: _plain(one) for key, one in value.items()}
    return [_plain(one) for one in value] if isinstance(value, list | tuple) else value


def report_of(
    plan_file: PlanFile,
    inputs: Inputs,
    layers: Tables,
    district: District,
    reach: Circle | None,
    *,
    told: tuple[Message, ...],
    stamp: Stamp,
) -> dict[str, Any]:
    """Return the report of a run, without its timings."""
    asked, norm, language = plan_file.partition, norm_of(plan_file), stamp.language
    circle = plan_file.circle or CircleAsked()
    low, high = asked.households_per_worker
    fewest, most = asked.workers_per_grid
    notes = [message.text(language) for message in (*told, *(reach.told if reach else ()))]
    if any(asked.prices.model_dump().values()):
        notes.append(say(language, "pipeline.prices_unused"))
    if asked.microgrid_households:
        notes.append(say(language, "pipeline.microgrids_unused"))
    if stamp.clock:
        notes.append(say(language, "pipeline.clock"))
    return _plain(
        {
            "version": __version__,
            "seed": stamp.seed,
            "plan": plan_file.path.name,
            "project": {
                "name": plan_file.project.name,
                "note": plan_file.project.note,
                "language": language,
                "date": stamp.day,
            },
            "band": {"low": float(low), "high": float(high), "fewest": fewest, "most": most},
            "staffing": None
            if norm is None
            else {"low": norm.low, "high": norm.high, "per_10000": norm.per_10000},
            "services": [service.model_dump(exclude_none=True) for service in circle.services],
            "walk": {
                "kind": "straight" if stamp.straight else "walk",
                "detour": circle.detour,
                "metres_per_minute": circle.metres_per_minute,
            },
            "stopped_by_clock": stamp.clock,
            "inputs": {source.label: source.sha256 for source in inputs.sources.values()},
            "totals": _totals(layers, plan_file),
            "communities": _communities(layers, district, language),
            "circle": reach.rows if reach else [],
            "repairs": [message.text(language) for message in inputs.repairs],
            "told": notes,
        }
    )


def _totals(layers: Tables, plan_file: PlanFile) -> dict[str, Any]:
    """Return the district's figures; its posts come from its totals."""
    people = layers.communities[["households", "population"]].sum(min_count=1)
    ordinary = layers.grids[layers.grids["kind"] == "ordinary"]
    norm = norm_of(plan_file)
    low, high, share = (np.nan, np.nan, None) if norm is None else (norm.low, norm.high, norm.per_10000)
    return {
        "households": people["households"],
        "population": people["population"],
        "grids": len(ordinary),
        "workers": int(ordinary["workers"].sum()),
        "in_band_share": float((ordinary["in_band"] == 1).mean()) if len(ordinary) else 1.0,
        "posts_min": people["households"] / high,
        "posts_max": people["households"] / low,
        "posts_by_residents": np.nan if share is None else people["population"] * share / 10_000,
        "workers_on_roster": layers.roster.full_time,
    }


def _communities(layers: Tables, district: District, language: str) -> list[dict[str, Any]]:
    """Return the certificate of each community beside its figures."""
    ordinary = layers.grids[layers.grids["kind"] == "ordinary"].groupby("community_id")
    figures = pd.DataFrame(
        {
            "workers": ordinary["workers"].sum(),
            "grids": ordinary.size(),
            "in_band": ordinary["in_band"].mean(),
        }
    )
    rows = layers.communities[["community_id", "households"]].merge(
        district.communities, on="community_id", how="left", validate="1:1"
    )
    rows = rows.merge(figures, left_on="community_id", right_index=True, how="left")
    rows[["workers", "grids"]] = rows[["workers", "grids"]].fillna(0).astype(int)
    rows["in_band"] = rows["in_band"].fillna(1.0)
    objective = rows["objective"].to_numpy(float)
    safe = np.where(objective > 0, objective, 1.0)
    rows["gap"] = np.where(objective > 0, (objective - rows["lower_bound"]) / safe, 0.0)
    told = []
    for row in rows.to_dict("records"):
        reason = district.reasons.get(row["community_id"])
        told.append(
            {
                **row,
                "objective_parts": {"walk": row["objective"]},
                "reason": reason.text(language) if reason else "",
                "pieces_reason": "",
            }
        )
    return told


def as_json(report: dict[str, Any]) -> str:
    """Return a report as one line of JSON."""
    return json.dumps(report, ensure_ascii=False)
