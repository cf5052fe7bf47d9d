"""Who is needed and who serves: posts by area and by other norms, workers shared out, the people of the roster on their grids."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from gridplan import staffing
from gridplan.assemble import Tables, norm_of
from gridplan.config import PlanFile, Staffing
from gridplan.staffing.district import SERVING
from gridplan.tables import INPUT_COLUMNS, Inputs
from gridplan.units import Units
from gridplan.words import Message

Ints = NDArray[np.int64]
Metres = Callable[[Ints], NDArray[np.float64]]
SHOWN = 5


@dataclass(frozen=True, kw_only=True)
class Duty:
    """What is found: ``posts`` (a row a post; None without norm and roster), what the report has of it, what there is to say."""

    posts: pd.DataFrame | None = None
    report: dict[str, Any] = field(default_factory=dict)
    told: tuple[Message, ...] = ()


def on_duty(
    plan_file: PlanFile,
    inputs: Inputs,
    layers: Tables,
    units: Units,
    metres: Metres,
    home: Ints | None,
) -> Duty:
    """Hold the roster against the norms and place its people.

    Parameters
    ----------
    plan_file, inputs, layers, units
        Of the run.
    metres
        From positions of k units to the (k, k) walks between them.
    home
        Position of the community that each full-time worker of the roster works in; None without a roster.
    """
    if plan_file.staffing is None and inputs.workers is None:
        return Duty()
    areas = _areas(plan_file, layers)
    report = {"areas": _records(areas), "what_if": _records(_what_if(plan_file, areas))}
    by_roster, beside = _beside_norm(plan_file, layers, areas.iloc[0])
    report |= by_roster
    told = [staffing.gap_told(areas.iloc[0]), *beside]
    party = plan_file.staffing is not None and plan_file.staffing.party
    if inputs.workers is None or home is None:
        posts = staffing.ladder(_places(layers), _people(None, layers, None), _no_serving(), party=party)
        return Duty(posts=posts, report={"posts": report}, told=tuple(one for one in told if one))
    people = _people(inputs, layers, home)
    serving, proven = _served(plan_file, inputs, layers, units, metres, home)
    posts = staffing.ladder(_places(layers), people, serving, party=party)
    report |= {"apportionment": _records(_shared_out(areas, inputs, home)), "service": _records(proven)}
    told += [*_service_told(proven, serving, layers, people), *_not_held(people, posts)]
    return Duty(posts=posts, report={"posts": report}, told=tuple(one for one in told if one))


def _records(table: pd.DataFrame) -> list[dict[str, Any]]:
    """Return rows as the report has them: None where nothing is known."""
    return table.astype(object).where(table.notna(), None).to_dict("records")


def _areas(plan_file: PlanFile, layers: Tables) -> pd.DataFrame:
    """Return district, streets and communities with posts and gaps."""
    load = layers.units.groupby("community_id")["load"].sum()
    communities = pd.DataFrame(layers.communities.drop(columns="geometry"))
    communities = communities.assign(load=communities["community_id"].map(load).fillna(0.0))
    return staffing.areas(communities, norm=norm_of(plan_file), on_roster=layers.roster.full_time)


def _what_if(plan_file: PlanFile, areas: pd.DataFrame) -> pd.DataFrame:
    """Return the gaps of the district and its streets by other norms."""
    asked = plan_file.staffing or Staffing()
    return staffing.what_if(
        areas[areas["level"] != "community"],
        bands=asked.what_if.households_per_worker,
        shares=asked.what_if.workers_per_10000_residents,
        basis=asked.basis,
    )


def _beside_norm(
    plan_file: PlanFile, layers: Tables, district: pd.Series
) -> tuple[dict[str, Any], list[Message]]:
    """Return how far grids drawn for the roster's workers are from the norm; nothing where the band is not theirs."""
    norm, bands = norm_of(plan_file), layers.bands
    if bands is None:
        return {}, []
    asked, there = (
        bands["workers"].fillna(0.0).to_numpy(),
        layers.communities["workers_in_plan"].to_numpy(float),
    )
    other = layers.communities["community_id"][asked != there]
    told = (
        [Message("staffing.other_number", {"count": len(other), "names": _some(other)})] if len(other) else []
    )
    each = float(district["counted"]) / float(asked.sum())
    found: dict[str, Any] = {"workers": int(asked.sum()), "households_per_worker": each}
    if norm is not None:
        key = "above_norm" if each > norm.high else "below_norm" if each < norm.low else "within_norm"
        lacking = max(0.0, float(district["least"]) - float(asked.sum()))
        found |= {
            "norm_low": norm.low,
            "norm_high": norm.high,
            "of_norm_high": each / norm.high,
            "lacking": lacking,
        }
        values = {
            "each": f"{each:,.1f}",
            "basis": Message(f"staffing.basis_{norm.basis}"),
            "share": f"{each / norm.high - 1:.0%}",
            "least": f"{norm.low:g}",
            "most": f"{norm.high:g}",
            "lacking": f"{lacking:,.0f}",
        }
        told.insert(0, Message(f"staffing.{key}", values))
    return {"by_roster": found}, told


def _shared_out(areas: pd.DataFrame, inputs: Inputs, home: Ints) -> pd.DataFrame:
    """Return what each community has of the full-time workers, and would have if they were shared out otherwise."""
    rows = areas[areas["level"] == "community"].reset_index(drop=True)
    there = staffing.shares_of(inputs.workers).to_numpy()
    placed = np.bincount(home[home >= 0], weights=there[home >= 0], minlength=len(rows))
    return staffing.apportionment(rows[["community_id", "counted"]], bound=rows["on_roster"], placed=placed)


def _served(
    plan_file: PlanFile, inputs: Inputs, layers: Tables, units: Units, metres: Metres, home: Ints
) -> tuple[pd.DataFrame, pd.DataFrame]:
    """Return who serves which grid, and what is proven of it, community by community."""
    asked, workers = plan_file.staffing or Staffing(), inputs.workers
    ids = inputs.communities["community_id"]
    counted = layers.units.groupby("community_id")["load"].sum()
    load = ids.map(counted).fillna(0.0).to_numpy(float)
    return staffing.serve_district(
        _land(layers, units, metres),
        workers,
        {"full_time": home, "part_time": staffing.homes(workers, ids, load, kind="part_time")},
        ids,
        most_grids=asked.grids_per_worker,
        prices=staffing.Prices(move_m=asked.prices.move, uneven_m=asked.prices.uneven),
    )


def _land(layers: Tables, units: Units, metres: Metres) -> staffing.Land:
    """Return the grids that somebody is to look after: where people live, and special ones that ask for workers.

    A special grid counts as its workers times the mean load a worker of ordinary grids.
    """
    grids = layers.grids
    asked = (grids["kind"] == "ordinary") & (grids["load"] > 0) | (grids["kind"] == "special") & (
        grids["workers"] > 0
    )
    grids = pd.DataFrame(grids[asked].drop(columns="geometry")).reset_index(drop=True)
    ordinary = grids[grids["kind"] == "ordinary"]
    mean = ordinary["load"].sum() / max(ordinary["workers"].sum(), 1.0)
    load = grids["load"].where(grids["kind"] == "ordinary", grids["workers"] * mean)
    centre = pd.Index(layers.units["unit_id"]).get_indexer(grids["centre_unit_id"])
    place = pd.Index(grids["grid_id"]).get_indexer(layers.units["grid_id"])
    joined = units.borders[units.borders["joined"]]
    ends = np.sort(np.column_stack([place[joined["left"]], place[joined["right"]]]), axis=1)
    pairs = np.unique(ends[(ends[:, 0] >= 0) & (ends[:, 0] != ends[:, 1])], axis=0)
    return staffing.Land(
        grids=grids[["grid_id", "community_id"]].assign(load=load),
        pairs=pairs,
        metres=lambda at: metres(centre[at]),
    )


def _no_serving() -> pd.DataFrame:
    return pd.DataFrame(
        {name: np.zeros(0, object if name in {"kind", "grid_id"} else float) for name in SERVING}
    )


def _people(inputs: Inputs | None, layers: Tables, home: Ints | None) -> pd.DataFrame:
    """Return the roster with the community of each person, where it is known, and its street."""
    if inputs is None or inputs.workers is None or home is None:
        texts, numbers = INPUT_COLUMNS["workers"]
        return pd.DataFrame({name: np.zeros(0, object) for name in (*texts, *numbers, "home", "street")})
    ids, workers = layers.communities["community_id"], inputs.workers
    bound, served = (
        pd.Index(ids).get_indexer(workers["community_id"]),
        staffing.served_in(workers["served"], ids),
    )
    at = np.where(home >= 0, home, np.where(bound >= 0, bound, served))
    street = layers.communities["street"].to_numpy(object)
    return workers.assign(home=np.append(ids.to_numpy(object), "")[at], street=np.append(street, "")[at])


def _places(layers: Tables) -> staffing.Places:
    """Return where posts are: streets, communities, grids where there is something to look after, microgrids of those."""
    communities = pd.DataFrame(layers.communities[["community_id", "street"]])
    grids = pd.DataFrame(
        layers.grids[layers.grids["kind"] != "empty"][["grid_id", "community_id", "workers"]]
    )
    grids = grids.rename(columns={"workers": "posts"}).merge(communities, on="community_id", how="left")
    streets = pd.DataFrame({"street": communities["street"][communities["street"] != ""].unique()})
    below = layers.microgrids
    named = pd.DataFrame({"microgrid_id": [], "grid_id": []}, dtype=object) if below is None else below
    microgrids = pd.DataFrame(named[["microgrid_id", "grid_id"]]).merge(
        grids.drop(columns="posts"), on="grid_id"
    )
    return staffing.Places(streets=streets, communities=communities, grids=grids, microgrids=microgrids)


def _service_told(
    proven: pd.DataFrame, serving: pd.DataFrame, layers: Tables, people: pd.DataFrame
) -> list[Message]:
    """Say how many grids have nobody, who moves, and whose former grid is not known."""
    told = []
    alone = proven[proven["unserved"] > 0]
    if len(alone):
        told.append(
            Message(
                "staffing.unserved",
                {"count": int(alone["unserved"].sum()), "names": _some(alone["community_id"])},
            )
        )
    known = serving[serving["moved"].notna()].drop_duplicates("worker")
    if len(known):
        told.append(Message("staffing.moved", {"count": int(known["moved"].sum()), "before": len(known)}))
    there = {*layers.grids["grid_id"], *layers.communities["community_id"], *layers.communities["street"]}
    if layers.microgrids is not None:
        there |= set(layers.microgrids["microgrid_id"])
    strange = people[(people["served"] != "") & ~people["served"].isin(there)]
    if len(strange):
        told.append(
            Message("staffing.served_unknown", {"count": len(strange), "names": _some(strange["served"])})
        )
    return told


def _not_held(people: pd.DataFrame, posts: pd.DataFrame) -> list[Message]:
    """Say whose post of the ladder could not be given."""
    posted = set(posts["kind"]) - set(staffing.KINDS)
    claims = [
        (worker, kind)
        for worker, named in zip(people["worker_id"], people["post"], strict=True)
        for kind in named.split(";")
        if kind in posted
    ]
    held = set(zip(posts["worker_id"], posts["kind"], strict=True))
    lost = pd.Series([worker for worker, kind in claims if (worker, kind) not in held], dtype=object)
    return [Message("staffing.not_held", {"count": len(lost), "names": _some(lost)})] if len(lost) else []


def _some(values: pd.Series) -> str:
    """Name a few different values, in their order."""
    distinct = list(dict.fromkeys(values))
    return ", ".join(distinct[:SHOWN]) + (" …" if len(distinct) > SHOWN else "")
