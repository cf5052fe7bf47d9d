"""What is seen only from several inputs together: services nobody knows, and what the planner asks of units."""

from gridplan import crew, hand
from gridplan.checks import Fault, Harm
from gridplan.config import PlanFile
from gridplan.progress import Silent
from gridplan.tables import Inputs
from gridplan.units import build_units
from gridplan.words import Message

KINDS_SHOWN = 5  # of categories in one sentence


def unknown(plan: PlanFile, inputs: Inputs) -> list[Fault]:
    """Return services that no facility is of, and categories that candidates name though no service is called so."""
    services = [] if plan.circle is None else [service.category for service in plan.circle.services]
    found: list[Fault] = []
    if inputs.facilities is not None and len(inputs.facilities):
        there = sorted(set(inputs.facilities["category"]))
        told = [
            {"category": one, "kinds": ", ".join(there[:KINDS_SHOWN])} for one in services if one not in there
        ]
        found += [_strange("facilities", "circle.none_there", values) for values in told]
    if inputs.candidates is not None and services:
        for column in ("required", "forbidden"):
            named = (
                inputs.candidates[column]
                .str.replace("；", ";", regex=False)
                .str.split(";")
                .explode()
                .str.strip()
            )
            strange = sorted(set(named) - {"", *services})
            values = {"column": column, "kinds": ", ".join(strange[:KINDS_SHOWN])}
            found += [_strange("candidates", "circle.no_such_service", values)] if strange else []
    return found


def _strange(part: str, key: str, values: dict[str, str]) -> Fault:
    """Return that an input and the services do not know each other."""
    return Fault(code=key.partition(".")[2], part=part, rows=(), harm=Harm.TOLD, message=Message(key, values))


def beyond(plan: PlanFile, inputs: Inputs) -> list[Fault]:
    """Return what is seen only from the units: what the planner asks of them, and what the roster cannot do for them."""
    if not (hand.asks(plan) or plan.partition.households_per_worker == "roster"):
        return []
    units = build_units(inputs, Silent())
    if found := crew.faults(plan, inputs, units):
        return found
    return hand.faults(plan, inputs, units, crew.crew_of(plan, inputs, units).widest)
