"""Balanced, connected, seamless grids for urban communities, with a proof of how good the plan is."""

__version__ = "0.1.0"
