"""Pages beside plain folium and GeoDataFrame.explore on the same plan: bytes, and seconds to the first frame with everything drawn.

``python benchmarks/maps.py OUT [OUT ...]`` with finished output folders. Needs Chromium; no network: the peers' scripts are put
into their pages as into ours, else they would draw nothing. ``--copies N`` lays N copies of a plan side by side, a made-up city.
"""

import argparse
import shutil
import statistics
import subprocess
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import folium
import geopandas as gpd
import pandas as pd

from gridplan.export.geopackage import read_plan
from gridplan.maps import build_map, page
from gridplan.maps.index import MOST_UNITS
from gridplan.maps.offline import JQUERY_JS, LEAFLET_CSS, LEAFLET_JS
from gridplan.plan import Plan
from run import commit

HEADS = (
    "place",
    "households",
    "grids",
    "units",
    "page",
    "bytes",
    "seconds to make",
    "seconds to the first frame",
)
RUNS, WAIT_S = 3, 90
TOLD = "gridplan-frame:"
SCRIPT = (
    '<script>window.addEventListener("load",function(){requestAnimationFrame(function(){requestAnimationFrame(function(){'
    f'console.log("{TOLD}"+performance.now())}})}})}});</script>'
)
APART = 1.2  # widths of a plan from one copy to the next


def embedded(built: folium.Map) -> str:
    """Return a folium map as a page that needs no network."""
    built.default_js = [("leaflet", LEAFLET_JS), ("jquery", JQUERY_JS)]
    built.default_css = [("leaflet_css", LEAFLET_CSS)]
    return page(built, language="en")


def markers(plan: Plan) -> str:
    """Return what many scripts make: the grids as GeoJSON, a marker with a popup for each unit."""
    built = folium.Map(tiles=None, prefer_canvas=True)
    grids = plan.grids[["code", "households", "geometry"]].to_crs(4326)
    folium.GeoJson(
        grids.to_json(), name="grids", tooltip=folium.GeoJsonTooltip(["code", "households"])
    ).add_to(built)
    spots = plan.units.geometry.representative_point().to_crs(4326)
    for x, y, unit, count in zip(
        spots.x, spots.y, plan.units["unit_id"], plan.units["households"], strict=True
    ):
        folium.CircleMarker((y, x), radius=2, popup=f"{unit}: {count:.0f}").add_to(built)
    west, south, east, north = grids.total_bounds
    built.fit_bounds([[south, west], [north, east]])
    return embedded(built)


def explored(plan: Plan) -> str:
    """Return GeoDataFrame.explore of the grids and, on the same map, of the units."""
    built = plan.grids[["code", "name", "households", "geometry"]].explore(tiles=None, prefer_canvas=True)
    plan.units[["unit_id", "households", "geometry"]].explore(m=built, style_kwds={"weight": 1})
    return embedded(built)


def ours(plan: Plan) -> str:
    """Return our page of the whole plan."""
    return page(build_map(plan, units=len(plan.units) <= MOST_UNITS), language=plan.language)


PAGES = {"gridplan": ours, "folium, a marker a unit": markers, "GeoDataFrame.explore": explored}


def first_frame_s(text: str, folder: Path) -> float:
    """Return the seconds from opening a page to the second frame after it has loaded."""
    head, policy, rest = text.partition('<meta http-equiv="Content-Security-Policy"')
    rest = rest.partition(">")[2] if policy else rest
    file = folder / "page.html"
    file.write_text((head + rest).replace("</body>", SCRIPT + "</body>", 1), encoding="utf-8")
    chromium = shutil.which("chromium") or "chromium-browser"
    options = (
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--enable-logging=stderr",
        "--window-size=1366,768",
    )
    command = [
        chromium,
        *options,
        "--remote-debugging-port=0",
        f"--user-data-dir={folder / 'profile'}",
        file.as_uri(),
    ]
    with subprocess.Popen(command, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True) as process:
        until = time.monotonic() + WAIT_S
        try:
            for line in process.stderr or ():
                if TOLD in line:
                    return float(line.split(TOLD)[1].split('"')[0]) / 1000
                if time.monotonic() > until:
                    break
        finally:
            process.kill()
            process.wait()
    return float("nan")


def copied(plan: Plan, copies: int) -> Plan:
    """Return a plan with so many copies of itself in a row, ids told apart."""
    west, _, east, _ = plan.communities.total_bounds
    step = APART * (east - west)

    def repeated(table: gpd.GeoDataFrame) -> gpd.GeoDataFrame:
        parts = []
        for at in range(copies):
            part = table.assign(geometry=table.geometry.translate(at * step))
            named = [name for name in part if name.endswith("_id") or name == "code"]
            parts.append(
                part.assign(
                    **{name: part[name].where(part[name] == "", part[name] + f"-{at}") for name in named}
                )
            )
        return pd.concat(parts, ignore_index=True)

    layers = {name: repeated(getattr(plan, name)) for name in ("communities", "grids", "units")}
    backdrop = {name: repeated(table) for name, table in plan.backdrop.items()}
    return replace(plan, **layers, backdrop=backdrop, facilities=None, streets=None)


def rows(name: str, plan: Plan) -> Iterator[str]:
    """Yield a line a page."""
    counts = (f"{plan.units['households'].sum():,.0f}", f"{len(plan.grids):,}", f"{len(plan.units):,}")
    for kind, make in PAGES.items():
        begun = time.perf_counter()
        text = make(plan)
        took = time.perf_counter() - begun
        with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:  # its helpers still end
            seconds = [first_frame_s(text, Path(folder)) for _ in range(RUNS)]
        shown = (
            name,
            *counts,
            kind,
            f"{len(text.encode()):,}",
            f"{took:.1f}",
            f"{statistics.median(seconds):.2f}",
        )
        yield f"| {' | '.join(shown)} |"


def main() -> None:
    """Read the plans, make the pages, open them."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("outs", type=Path, nargs="+")
    parser.add_argument("--copies", type=int, default=0)
    asked = parser.parse_args()
    print(f"Commit {commit()}. Median of {RUNS} openings.\n\n| {' | '.join(HEADS)} |\n|{'---|' * len(HEADS)}")
    for out in asked.outs:
        plan = read_plan(out / "plan.gpkg")
        name = str(plan.report["project"]["name"])
        for line in rows(name, plan):
            print(line, flush=True)
    if asked.copies:
        for line in rows(f"made-up city: {asked.copies} x {name}", copied(plan, asked.copies)):
            print(line, flush=True)


if __name__ == "__main__":
    main()
