"""``python -m gridplan.synthetic FOLDER [zh|en]`` remakes the reference district."""

import sys
from pathlib import Path

from gridplan.errors import GridplanError
from gridplan.synthetic import write_district
from gridplan.words import LANGUAGES, say


def main(arguments: list[str]) -> int:
    """Write the district and tell where its plan file is; return the exit status."""
    language = arguments[1] if len(arguments) > 1 else "zh"
    if len(arguments) not in (1, 2) or language not in LANGUAGES or arguments[0].startswith("-"):
        sys.stderr.write(say("zh", "synthetic.usage") + "\n")
        return 2
    try:
        plan = write_district(Path(arguments[0]), language)
    except GridplanError as error:
        sys.stderr.write(error.text(language) + "\n")
        return error.status
    sys.stdout.write(say(language, "synthetic.written", plan=plan) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
