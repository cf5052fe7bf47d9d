"""Services with goals in order, alone or together in shared buildings: ``Tenant``, ``Buildings``, ``locate_in_order``."""

from gridplan.circle.ordered.case import Buildings, Tenant
from gridplan.circle.ordered.goals import OrderedPlan, Reached
from gridplan.circle.ordered.locate import locate_in_order

__all__ = ["Buildings", "OrderedPlan", "Reached", "Tenant", "locate_in_order"]
