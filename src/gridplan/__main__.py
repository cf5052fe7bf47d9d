"""``python -m gridplan`` does what ``gridplan`` does."""

from gridplan.cli import script

if __name__ == "__main__":
    script()
