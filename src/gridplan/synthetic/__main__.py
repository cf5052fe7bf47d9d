"""``python -m gridplan.synthetic FOLDER [zh|en] [HOUSEHOLDS]`` remakes the reference district, or makes a city of that size."""

import sys
from pathlib import Path

from gridplan.errors import GridplanError
from gridplan.synthetic import make_city, write_district
from gridplan.words import LANGUAGES, say


def main(arguments: list[str]) -> int:
    """Write the district, or the city, and tell where its plan file is; return the exit status."""
    folder, options = arguments[:1], arguments[1:]
    language = options.pop(0) if options and options[0] in LANGUAGES else "zh"
    households = options.pop(0) if options and options[0].isdecimal() else None
    if not folder or options or folder[0].startswith("-"):
        sys.stderr.write(say("zh", "synthetic.usage") + "\n")
        return 2
    try:
        if households is None:
            plan, told = write_district(Path(folder[0]), language), "synthetic.written"
        else:
            plan, told = make_city(Path(folder[0]), int(households), language), "synthetic.city_written"
    except GridplanError as error:
        sys.stderr.write(error.text(language) + "\n")
        return error.status
    sys.stdout.write(say(language, told, plan=plan) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
