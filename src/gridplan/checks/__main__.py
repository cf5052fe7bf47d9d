"""``python -m gridplan.checks`` prints the page of all checks."""

import sys

from gridplan.checks.catalogue import as_markdown

sys.stdout.write(as_markdown())
