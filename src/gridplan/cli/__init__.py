"""The command line: ``main`` for callers, ``script`` for the terminal.

Nothing heavy is loaded before a command runs, so that help comes at once.
"""

from gridplan.cli.main import main, script

__all__ = ["main", "script"]
