"""report.json as a dict: what was asked, what came, what is proven of it."""

import datetime as dt
import os
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

import numpy as np
import pandas as pd

from gridplan import __version__, staffing
from gridplan.assemble import Tables, band_of, norm_of
from gridplan.circle import Circle, assess, norm_rows
from gridplan.config import Circle as CircleAsked
from gridplan.config import PlanFile
from gridplan.partition import PARTS, Band, District, WayOut, reason_with_ways, shared_workers
from gridplan.tables import Inputs
from gridplan.words import Message


@dataclass(frozen=True, kw_only=True)
class Stamp:
    """What marks a run beside its plan file and its inputs."""

    seed: int
    language: str
    day: str
    straight: bool
    clock: bool


def day_of(plan_file: PlanFile) -> str:
    """Return the date of the run: the plan file's, else that of SOURCE_DATE_EPOCH, else today."""
    if plan_file.project.date is not None:
        return plan_file.project.date.isoformat()
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    if epoch.isdigit():
        return dt.datetime.fromtimestamp(int(epoch), dt.UTC).date().isoformat()
    return dt.datetime.now().astimezone().date().isoformat()


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
    pieces: Mapping[str, Message],
    told: tuple[Message, ...],
    stamp: Stamp,
) -> dict[str, Any]:
    """Return the report of a run, without its timings.

    ``pieces`` says, by community, why a grid is not in one piece.
    """
    language = stamp.language
    clock = (Message("pipeline.clock"),) if stamp.clock else ()
    messages = (*told, *(reach.told if reach else ()), *clock)
    return _plain(
        {
            "version": __version__,
            "seed": stamp.seed,
            "plan": plan_file.path.name,
            **_asked(plan_file, stamp),
            **({"map": plan_file.map.model_dump()} if plan_file.map.tiles else {}),
            "stopped_by_clock": stamp.clock,
            "inputs": {source.label: source.sha256 for source in inputs.sources.values()},
            "sources": {
                part: {
                    "file": source.label,
                    "rows": source.rows,
                    "encoding": source.encoding,
                    "crs": source.crs,
                }
                for part, source in inputs.sources.items()
            },
            "totals": _totals(layers, plan_file),
            "communities": _communities(
                layers, district, pieces, _shared(layers, band_of(plan_file)), _own(layers.bands), language
            ),
            "circle": reach.rows if reach else [],
            **_reached(plan_file, inputs, layers, reach),
            "repairs": [message.text(language) for message in inputs.repairs],
            "told": [message.text(language) for message in messages],
        }
    )


def _reached(plan_file: PlanFile, inputs: Inputs, layers: Tables, reach: Circle | None) -> dict[str, Any]:
    """Return how well the services are within reach by area, and what the norms say of them; nothing without services."""
    asked = plan_file.circle or CircleAsked()
    if reach is None:
        return {}
    rows = layers.households["unit_id"]
    poor = inputs.households["vulnerable"].groupby(rows.to_numpy(object)).sum(min_count=1)
    street = layers.communities.set_index("community_id")["street"]
    units = layers.units[["unit_id", "households"]].assign(
        vulnerable=layers.units["unit_id"].map(poor).astype(float),
        street=layers.units["community_id"].map(street),
        community=layers.units["community_id"],
        grid=layers.units["grid_id"],
    )
    categories = [service.category for service in asked.services]
    return {
        "assessment": assess(reach.access, units, categories),
        "norms": norm_rows({s.category: asked.limit_m(s) for s in asked.services}, asked.own_norms),
    }


def _asked(plan_file: PlanFile, stamp: Stamp) -> dict[str, Any]:
    """Return what the plan file asks for, as far as tables and maps need it."""
    project, circle = plan_file.project, plan_file.circle or CircleAsked()
    band, norm = band_of(plan_file), norm_of(plan_file)
    return {
        "project": {
            "name": project.name,
            "note": project.note,
            "language": stamp.language,
            "date": stamp.day,
        },
        "band": asdict(band),
        "staffing": asdict(norm) if norm else None,
        "services": [service.model_dump(exclude_none=True) for service in circle.services],
        "walk": {
            "kind": "straight" if stamp.straight else "walk",
            "detour": circle.detour,
            "metres_per_minute": circle.metres_per_minute,
        },
    }


def _totals(layers: Tables, plan_file: PlanFile) -> dict[str, Any]:
    """Return the district's figures; its posts come from its totals."""
    people = layers.communities[["households", "planned", "population"]].sum(min_count=1)
    people["load"] = layers.units["load"].sum()
    ordinary = layers.grids[layers.grids["kind"] == "ordinary"]
    posts = staffing.posts(people.to_frame().T, norm=norm_of(plan_file)).iloc[0]
    return {
        **people.to_dict(),
        "grids": len(ordinary),
        "workers": int(ordinary["workers"].sum()),
        "in_band_share": float((ordinary["in_band"] == 1).mean()) if len(ordinary) else 1.0,
        **posts.to_dict(),
        "workers_on_roster": layers.roster.full_time,
    }


def _own(bands: pd.DataFrame | None) -> dict[str, dict[str, Any]]:
    """Return by community what the plan file leaves to its roster: its band, and the workers it is drawn for."""
    rows = [] if bands is None else bands[bands["workers"] > 0].to_dict("records")
    return {
        row["community_id"]: {
            "band": {"low": row["low"], "high": row["high"]},
            "workers_asked": int(row["workers"]),
        }
        for row in rows
    }


def _shared(layers: Tables, band: Band) -> dict[str, list[WayOut]]:
    """Return what workers shared between grids would do, by community, each in its own band where it has one."""
    bands = layers.bands
    if bands is None:
        return shared_workers(layers.grids, layers.communities, band)
    out = set(layers.grids["community_id"][layers.grids["in_band"] == 0])
    ways: dict[str, list[WayOut]] = {}
    for row in bands[bands["community_id"].isin(out)].to_dict("records"):
        own = replace(band, low=row["low"], high=row["high"])
        found = shared_workers(layers.grids, layers.communities, own)
        ways[row["community_id"]] = found.get(row["community_id"], [])
    return ways


def _communities(
    layers: Tables,
    district: District,
    pieces: Mapping[str, Message],
    shared: Mapping[str, Sequence[WayOut]],
    own_bands: Mapping[str, dict[str, Any]],
    language: str,
) -> list[dict[str, Any]]:
    """Return the certificate of each community beside its figures, with its reason and the ways out tried."""
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
    parts = _parts(layers, district)
    told = []
    for row in rows.to_dict("records"):
        own = row["community_id"]
        ways = [*district.ways.get(own, ()), *shared.get(own, ())]
        told.append(
            {
                **row,
                **own_bands.get(own, {}),
                "objective_parts": parts[parts["community_id"] == own][list(PARTS)].sum().to_dict(),
                "objective_parts_of_grids": parts[parts["community_id"] == own][list(PARTS)].to_dict("index"),
                "reason": reason_with_ways(district.reasons.get(own), ways, language),
                "why": reason_with_ways(district.reasons.get(own), (), language),
                "ways_out": [way.row(language) for way in ways],
                "pieces_reason": pieces[own].text(language) if own in pieces else "",
            }
        )
    return told


def _parts(layers: Tables, district: District) -> pd.DataFrame:
    """Return the parts of the objective, household-metres, of each ordinary grid, by grid_id."""
    unit_id = layers.units["unit_id"].to_numpy(object)[district.grids["centre"]]
    parts = district.grids[["community_id", *PARTS]].set_index(unit_id)
    ordinary = layers.grids[layers.grids["kind"] == "ordinary"]
    return parts.loc[ordinary["centre_unit_id"]].set_index(ordinary["grid_id"].to_numpy(object))
