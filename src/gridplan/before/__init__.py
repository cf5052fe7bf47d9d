"""The plan that a new one goes on from: who was in which grid, what has not changed since, and which codes are used up."""

from gridplan.before.earlier import Before, before_of

__all__ = ["Before", "before_of"]
