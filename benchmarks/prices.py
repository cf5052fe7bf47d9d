"""What each price of ``[partition.prices]`` does to a plan: ``python benchmarks/prices.py [--pictures docs/pictures]``.

Runs the small synthetic example of ``gridplan new`` once a price, by the ``gridplan`` beside this Python, and prints a
Markdown row each. Pictures show one community, grids in colours, compounds outlined; they need matplotlib.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import geopandas as gpd

PRICES: dict[str, dict[str, float]] = {
    "none": {},
    "split_compound = 1000": {"split_compound": 1000.0},
    "split_compound = 10000": {"split_compound": 10_000.0},
    "split_building = 1000": {"split_building": 1000.0},
    "border_off_line = 20": {"border_off_line": 20.0},
    "border_off_line = 100": {"border_off_line": 100.0},
    "off_middle = 50": {"off_middle": 50.0},
    "off_middle = 200": {"off_middle": 200.0},
}
HEADS = (
    "price",
    "mean walk, m",
    "grids more that compounds lie in",
    "mean distance of load from the middle",
    "seconds",
)
SHOWN = {
    "none": "none",
    "split_compound = 10000": "split_compound",
    "split_building = 1000": "split_building",
    "border_off_line = 100": "border_off_line",
    "off_middle = 200": "off_middle",
}


def gridplan(*args: str) -> None:
    """Run a command of gridplan; raise CalledProcessError if it fails."""
    subprocess.run([sys.executable, "-m", "gridplan", *args], check=True, capture_output=True)


def measured(folder: Path, prices: dict[str, float]) -> tuple[list[str], Path]:
    """Run the example with some prices; return its figures and where the plan is."""
    gridplan("new", str(folder))
    file = folder / "plan.toml"
    lines = "".join(f"{name} = {price}\n" for name, price in prices.items())
    text = file.read_text(encoding="utf-8")
    file.write_text(
        re.sub(
            r"^\[staffing\]", f"[partition.prices]\n{lines}\n[staffing]", text, count=1, flags=re.MULTILINE
        ),
        encoding="utf-8",
    )
    out = folder / "out"
    gridplan("run", str(file), "--out", str(out), "--quiet")
    grids, units = (gpd.read_file(out / "plan.gpkg", layer=layer) for layer in ("grids", "units"))
    report: dict[str, Any] = json.loads((out / "report.json").read_text(encoding="utf-8"))
    own = grids[grids["kind"] == "ordinary"]
    walk = sum(c["objective_parts"]["walk"] for c in report["communities"]) / own["households"].sum()
    band = report["band"]
    away = (own["load"] - own["workers"] * (band["low"] + band["high"]) / 2).abs().mean()
    lived = units[(units["load"] > 0) & (units["compound"] != "")]
    more = (lived.groupby(["community_id", "compound"])["grid_id"].nunique() - 1).sum()
    return [f"{walk:.1f}", str(int(more)), f"{away:.1f}", f"{report['timings']['partition']:.1f}"], out


def draw(out: Path, picture: Path) -> None:
    """Draw the first community of a plan: grids in colours, compounds outlined."""
    import matplotlib as mpl  # noqa: PLC0415 # only for pictures

    mpl.use("Agg")
    import matplotlib.pyplot as plt  # noqa: PLC0415 # after the backend is chosen

    units = gpd.read_file(out / "plan.gpkg", layer="units")
    units = units[units["community_id"] == min(units["community_id"])]
    lived = units[units["households"] > 0]
    figure, axes = plt.subplots(figsize=(5, 4.2), layout="constrained")
    units.dissolve("grid_id").reset_index().plot(
        ax=axes, column="grid_id", cmap="tab20", alpha=0.5, edgecolor="black", lw=1.2
    )
    lived[lived["compound"] != ""].dissolve("compound").boundary.plot(
        ax=axes, color="firebrick", lw=0.7, ls="--"
    )
    axes.scatter(
        lived.geometry.representative_point().x,
        lived.geometry.representative_point().y,
        s=lived["households"] / 3,
        color="black",
    )
    axes.set_axis_off()
    figure.savefig(picture, dpi=80)
    plt.close(figure)


def main() -> None:
    """Print a row a price, and draw where asked to."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--pictures", type=Path)
    pictures = parser.parse_args().pictures
    print(f"| {' | '.join(HEADS)} |\n| {' | '.join('---' for _ in HEADS)} |")
    for name, prices in PRICES.items():
        with tempfile.TemporaryDirectory() as folder:
            row, out = measured(Path(folder) / "example", prices)
            print(f"| {' | '.join([name, *row])} |", flush=True)
            if pictures is not None and name in SHOWN:
                draw(out, pictures / f"price_{SHOWN[name]}.png")


if __name__ == "__main__":
    main()
