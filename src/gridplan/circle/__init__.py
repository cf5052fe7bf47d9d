"""The fifteen-minute circle: who walks how far to each everyday service, and where new facilities should go.

``place`` takes units with their households, the facilities there are and the sites there could be; it returns
who is in reach before and after, with the fewest new sites, or the most cover of a given number of them.
"""

from gridplan.circle.place import place
from gridplan.circle.result import Circle, Service, Walk

__all__ = ["Circle", "Service", "Walk", "place"]
