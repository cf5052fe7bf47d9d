"""A whole city, street by street: a plan file whose paths hold ``{street}`` is as many plans as there are streets.

Each street is read, planned and written by itself, in a process of its own or by a worker of a cluster, so that memory does not
grow with the city; what is kept of it here is a row of figures.
"""

from gridplan.city.city import plan_city
from gridplan.city.streets import streets_of

__all__ = ["plan_city", "streets_of"]
