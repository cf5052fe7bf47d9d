"""Map pages as a street office sees them: opened in headless Chromium, every outside name leading nowhere."""

import base64
import hashlib
import html
import json
import re
import shutil
import subprocess
from dataclasses import replace

import folium
import geopandas as gpd
import numpy as np
import pandas as pd
import pytest

import tiny_plan as tiny
from gridplan.maps import Changes, build_map, page, pages

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
pytestmark = [
    pytest.mark.browser,
    pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine"),
]
OPTIONS = (
    "--headless",
    "--no-sandbox",
    "--disable-gpu",
    "--disable-dev-shm-usage",
    "--disable-background-networking",
    "--host-resolver-rules=MAP * 0.0.0.0",
    "--window-size=1366,768",
    "--virtual-time-budget=3000",
    "--enable-logging=stderr",
    "--dump-dom",
)
HOSTILE = (
    '</script><script>window.hacked=1</script><img src=x onerror="window.hacked=1">`${window.hacked=1}`\'"'
)
ASK = """
window.addEventListener("load", function () {
  setTimeout(function () {
    Promise.resolve((function () { %s })()).then(function (answer) {
      var told = document.createElement("pre");
      told.id = "answer";
      told.textContent = JSON.stringify(answer);
      document.body.appendChild(told);
    });
  }, 800);
});
function all(selector) { return Array.from(document.querySelectorAll(selector)); }
function texts(selector) { return all(selector).map(function (each) { return each.textContent; }); }
function find(words) {
  var field = document.querySelector(".gp-search input");
  field.value = words;
  field.oninput();
  field.onkeydown(new KeyboardEvent("keydown", { key: "Enter" }));
}
"""


def visit(folder, page, question):
    """Open a page, ask it a question in JavaScript, and return the answer and what the console said."""
    script = ASK % question
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    page = page.replace("script-src ", f"script-src 'sha256-{digest}' ", 1).replace(
        "</body>", f"</body><script>{script}</script>", 1
    )
    file = folder / "page.html"
    file.write_text(page, encoding="utf-8", newline="\n")
    command = [CHROMIUM, *OPTIONS, f"--user-data-dir={folder / 'profile'}", file.as_uri()]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, check=True)
    console = [line for line in done.stderr.splitlines() if "CONSOLE" in line]
    answer = re.search(r'<pre id="answer">(.*?)</pre>', done.stdout, re.DOTALL)
    assert answer, (console, done.stdout[-500:])
    return json.loads(html.unescape(answer[1])), console


def test_a_page_opens_draws_and_asks_nothing(tmp_path):
    """The tiny plan is drawn, labelled and explained, without a request or a word on the console."""
    question = """
      var canvas = document.querySelector(".leaflet-overlay-pane canvas");
      var pixels = canvas.getContext("2d").getImageData(0, 0, canvas.width, canvas.height).data, inked = 0;
      for (var i = 3; i < pixels.length; i += 4) if (pixels[i]) inked += 1;
      return {
        inked: inked / (pixels.length / 4),
        title: texts("h1"), note: texts(".gp-marked"), figures: texts(".gp-figures dd"),
        names: texts(".gp-name > span"), legend: texts(".gp-legend li:not([hidden])"),
        asked: performance.getEntriesByType("resource").map(function (each) { return each.name; })
          .filter(function (name) { return name.indexOf("data:") !== 0; })
      };"""
    told, console = visit(tmp_path, pages(tiny.tiny_plan())["index.html"], question)
    assert console == []
    assert told["asked"] == []
    assert told["inked"] > 0.1
    assert told["title"] == ["滨海街道（示例） · 社区网格划分图"]
    assert told["note"] == ["合成数据：不是真实地点"]
    assert {"向阳社区", "临海社区", "第一网格220户", "临海小学", "解放路"} <= set(told["names"])
    assert told["figures"] == ["760", "4", "75.0%", "4", "4", "缺 1"]
    assert "未达标网格" in told["legend"]
    assert "基本单元" not in told["legend"]


def test_search_finds_a_grid_and_its_card_leads_to_the_community(tmp_path):
    """A code and Enter open the grid's card; the link in it opens the community's."""
    question = """
      find("C2001");
      var grid = texts(".gp-card")[0];
      document.querySelector(".gp-card .gp-link").click();
      var community = all(".gp-card").pop().textContent;
      find("nothing of that name");
      return { grid: grid, community: community, none: texts(".gp-search li") };"""
    told, console = visit(tmp_path, pages(tiny.tiny_plan())["index.html"], question)
    assert console == []
    assert "第一网格未达标" in told["grid"]
    assert "多 20" in told["grid"]
    assert "不能全部达标（已证明）" in told["community"]
    assert tiny.REASONS["C2"] in told["community"]
    assert told["none"] == ["没有找到"]


def test_layers_come_and_go_with_their_signs_and_names(tmp_path):
    """Without the grids their names and legend go; with the units their legend comes."""
    question = """
      var boxes = all(".leaflet-control-layers-overlays input");
      function signs() { return all(".gp-legend li:not([hidden])").length; }
      var before = { signs: signs() };
      boxes[0].click();
      var without = { signs: signs(), names: texts(".gp-name-grid") };
      boxes[0].click();
      boxes[1].click();
      var after = { signs: signs(), names: texts(".gp-name-grid").length };
      return { before: before, without: without, after: after };"""
    told, console = visit(tmp_path, pages(tiny.tiny_plan())["index.html"], question)
    assert console == []
    assert told["without"] == {"signs": told["before"]["signs"] - 3, "names": []}
    assert told["after"]["signs"] == told["before"]["signs"] + 1
    assert told["after"]["names"] > 0


def test_hostile_names_stay_text(tmp_path):
    """Names made of script, tags, quotes and backticks are shown as they are, and nothing of them runs."""
    plan = tiny.tiny_plan()
    hostile = replace(
        plan,
        communities=plan.communities.assign(name=HOSTILE, street=HOSTILE),
        grids=plan.grids.assign(name=HOSTILE, bounds_text=HOSTILE),
        facilities=plan.facilities.assign(category=HOSTILE),
        backdrop={name: table.assign(name=HOSTILE) for name, table in plan.backdrop.items()},
        report={**plan.report, "project": {**plan.report["project"], "name": HOSTILE, "note": HOSTILE}},
    )
    question = """
      find("C2001");
      document.querySelector(".gp-panel").open = true;
      return {
        calm: window.hacked === undefined,
        title: texts("h1")[0], note: texts(".gp-marked")[0], page: document.title,
        card: texts(".gp-card h3")[0], cells: texts(".gp-card td"), row: texts(".gp-list td button")[0],
        strange: all("img, iframe, object, embed").length, scripts: all("script").length
      };"""
    told, console = visit(tmp_path, pages(hostile)["index.html"], question)
    assert console == []
    assert told["calm"]
    assert told["title"].startswith(HOSTILE)
    assert told["page"].startswith(HOSTILE)
    assert told["note"] == HOSTILE
    assert told["card"].startswith(HOSTILE)
    assert HOSTILE in told["cells"]
    assert told["row"] == HOSTILE
    assert told["strange"] == 0
    assert told["scripts"] == pages(plan)["index.html"].count("</script>") + 1  # and the question's


def test_pointing_and_clicking_on_the_map(tmp_path):
    """A grid shows its line and its card; a facility answers first, though the grids were ticked last."""
    question = """
      function point(name, latlng) {
        var map = document.querySelector(".folium-map"), box = map.getBoundingClientRect();
        var at = window[map.id].latLngToContainerPoint(latlng);
        var where = { bubbles: true, view: window, clientX: at.x + box.left, clientY: at.y + box.top };
        document.querySelector(".leaflet-overlay-pane canvas").dispatchEvent(new MouseEvent(name, where));
      }
      var grids = document.querySelector(".leaflet-control-layers-overlays input");
      grids.click();
      grids.click();
      return new Promise(function (tell) { setTimeout(function () {
        point("mousemove", %s);
        var tip = texts(".leaflet-tooltip");
        point("click", %s);
        var grid = texts(".gp-card h3");
        point("click", %s);
        tell({ tip: tip, grid: grid, facility: texts(".gp-card h3").pop() });
      }, 200); });"""
    to_degrees = tiny.facilities_table().to_crs(4326).geometry
    new = [to_degrees[1].y, to_degrees[1].x]
    beside = [new[0] + 0.0003, new[1]]
    told, console = visit(tmp_path, pages(tiny.tiny_plan())["index.html"], question % (beside, beside, new))
    assert console == []
    assert told["tip"] == ["临海社区 · 第一网格：220 户，1 人"]
    assert told["grid"] == ["第一网格未达标"]
    assert told["facility"] == "养老服务站新增设施"


def test_what_a_card_tells_of_is_outlined_until_it_is_closed(tmp_path):
    """A grid that was found has an outline above all, its community gets it next, nothing has it at the end."""
    question = """
      var stage = gridplan.stage, seen = [];
      function note() { seen.push(stage.chosen ? stage.chosen.getLatLngs()[0][0].length : 0); }
      find("C2002"); note();
      document.querySelector(".gp-card .gp-link").click(); note();
      var outline = stage.chosen;
      stage.map.closePopup(); note();
      return { seen: seen, gone: !stage.map.hasLayer(outline) };"""
    told, console = visit(tmp_path, pages(tiny.tiny_plan())["index.html"], question)
    assert console == []
    assert told["seen"][0] >= 4
    assert told["seen"][1] >= 4
    assert told["seen"][2] == 0
    assert told["gone"]


def test_the_search_says_where_each_find_is(tmp_path):
    """Facilities of one service are told apart by community and code; more than are shown are spoken of."""
    plan = tiny.tiny_plan()
    many = gpd.GeoDataFrame(pd.concat([plan.facilities] * 8, ignore_index=True), crs=tiny.CRS)
    question = """
      var field = document.querySelector(".gp-search input");
      function found(words) { field.value = words; field.oninput(); return texts(".gp-search li"); }
      return { two: found("养老 临海"), all: found("养老").length, last: found("养老").pop() };"""
    told, console = visit(tmp_path, pages(replace(plan, facilities=many))["index.html"], question)
    assert console == []
    assert told["two"][0] == "养老服务站滨海街道 · 临海社区 · N1"
    assert told["all"] == 13
    assert told["last"] == "还有更多，请再输入几个字"


def test_paper_gets_a_sheet_of_its_own_size(tmp_path):
    """For the printer the map is drawn as large as A3; afterwards it is what it was."""
    question = """
      var map = gridplan.stage.map, canvas = document.querySelector(".leaflet-overlay-pane canvas");
      function now() { return [map.getSize().x, map.getSize().y, map.getZoom(), texts(".gp-name-community").length]; }
      var before = now();
      window.dispatchEvent(new Event("beforeprint"));
      var paper = now(), drawn = canvas.width;
      window.dispatchEvent(new Event("afterprint"));
      return { before: before, paper: paper, drawn: drawn, after: now() };"""
    told, console = visit(tmp_path, pages(tiny.tiny_plan())["index.html"], question)
    assert console == []
    assert told["paper"][:2] == [1526, 1060]
    assert told["drawn"] >= 1526
    assert told["paper"][3] == 2
    assert told["after"] == told["before"]


def test_communities_are_named_where_facilities_leave_no_room(tmp_path):
    """Marks all over the middle of a community do not cost it its name."""
    plan = tiny.tiny_plan()
    x, y = np.meshgrid(np.arange(5, 600, 10), np.arange(5, 200, 10))
    table = {"facility_id": [f"F{i}" for i in range(x.size)], "category": tiny.SERVICE, "status": "existing"}
    spots = gpd.points_from_xy(tiny.X0_M + x.ravel(), tiny.Y0_M + y.ravel())
    crowd = gpd.GeoDataFrame(
        {**table, "capacity": 1.0, "households_served": 1.0}, geometry=spots, crs=tiny.CRS
    )
    page = pages(replace(plan, facilities=crowd))["index.html"]
    told, _ = visit(tmp_path, page, 'return texts(".gp-name-community");')
    assert sorted(told) == ["临海社区", "向阳社区"]


def test_grids_are_coloured_by_a_figure_with_its_legend(tmp_path):
    """Choosing a figure paints the grids by its classes; their signs and rule come and go with it."""
    question = """
      var select = document.querySelector(".gp-choice select"), first = texts(".gp-legend li:not([hidden])");
      function fills() {
        return gridplan.stage.layers.grids.things.map(function (thing) { return String(thing.options.fillColor); });
      }
      var before = fills();
      select.value = "0";
      select.onchange();
      var shown = texts(".gp-legend li:not([hidden])"), rule = texts(".gp-inside .gp-sub"), painted = fills();
      select.value = "-1";
      select.onchange();
      return { first: first, shown: shown, rule: rule, changed: String(painted) !== String(before),
        back: String(fills()) === String(before), last: texts(".gp-legend li:not([hidden])") };
    """
    answer, console = visit(tmp_path, pages(tiny.tiny_plan())["index.html"], question)
    assert console == []
    assert answer["changed"]
    assert answer["back"]
    assert "> 200" in answer["shown"]
    assert "> 200" not in answer["first"]
    assert answer["first"] == answer["last"]
    assert answer["rule"] == ["按规模标准：低于下限、标准内三等分、高于上限。"]


def test_pinyin_initials_find_compounds(tmp_path):
    """The letters yghy find 阳光花园 and open the card of its unit."""
    question = """
      var field = document.querySelector(".gp-search input");
      field.value = "yghy";
      field.oninput();
      var rows = texts(".gp-search li");
      find("yghy");
      return { rows: rows, card: texts(".gp-card h3") };
    """
    answer, console = visit(tmp_path, pages(tiny.tiny_plan())["index.html"], question)
    assert console == []
    assert any(row.startswith("阳光花园") for row in answer["rows"])
    assert answer["card"] == ["阳光花园"]


def test_an_address_leads_to_a_grid(tmp_path):
    """An open card of a grid stands in the address, and an address with a code opens that grid's card."""
    plan = tiny.tiny_plan()
    code = plan.grids["code"].iloc[1]
    question = """
      gridplan.go("grids", 0);
      var first = decodeURIComponent(location.hash.slice(1));
      location.hash = "#" + encodeURIComponent(%s);
      return new Promise(function (then) {
        setTimeout(function () {
          then({ first: first, codes: texts(".gp-card td"), shown: decodeURIComponent(location.hash.slice(1)) });
        }, 700);
      });
    """
    answer, console = visit(tmp_path, pages(plan)["index.html"], question % json.dumps(code))
    assert console == []
    assert answer["first"] == plan.grids["code"].iloc[0]
    assert answer["shown"] == code
    assert code in answer["codes"]


def test_a_layer_of_ones_own_is_drawn_and_listed(tmp_path):
    """What a data team adds to the map after it was built is ticked like any layer, without an error."""
    plan = tiny.tiny_plan()
    built = build_map(plan)
    shapes = plan.communities[["name", "geometry"]].to_crs(4326)
    folium.GeoJson(shapes.to_json(), name="mine", style_function=lambda _: {"color": "#7a4a9e"}).add_to(built)
    question = """
      var labels = texts(".leaflet-control-layers-overlays label").map(function (text) { return text.trim(); });
      return { labels: labels, checked: all(".leaflet-control-layers-overlays input").map(function (box) { return box.checked; }) };
    """
    answer, console = visit(tmp_path, page(built, language="zh"), question)
    assert console == []
    assert answer["labels"][-1] == "mine"
    assert answer["checked"][-1]


def test_lengths_and_areas_are_measured(tmp_path):
    """Three clicks make a length and an area; while it is on a click opens no card; Escape ends it."""
    question = """
      var map = gridplan.stage.map, here = map.getCenter();
      document.querySelector(".gp-measure a").click();
      [[0, 0], [0.001, 0], [0.001, 0.001]].forEach(function (step) {
        map.fire("click", { latlng: L.latLng(here.lat + step[0], here.lng + step[1]) });
      });
      var told = texts(".gp-measure p")[0];
      gridplan.open("grids", 0, here);
      var cards = all(".gp-card").length;
      document.dispatchEvent(new KeyboardEvent("keydown", { key: "Escape" }));
      var off = document.querySelector(".gp-measure p").hidden;
      gridplan.open("grids", 0, here);
      var corners = [[30, 114], [30.001, 114], [30.001, 114.001], [30, 114.001]].map(function (at) { return L.latLng(at); });
      return { told: told, cards: cards, off: off, after: all(".gp-card").length, square: gridplan.area(corners),
        height: map.distance(corners[0], corners[1]), width: map.distance(corners[0], corners[3]) };"""
    told, console = visit(tmp_path, pages(tiny.tiny_plan())["index.html"], question)
    assert console == []
    assert re.search(r"长度 \d+ m.*围合面积 [\d,]+ m²", told["told"])
    assert (told["cards"], told["off"], told["after"]) == (0, True, 1)
    assert told["square"] == pytest.approx(told["height"] * told["width"], rel=1e-3)


def test_the_overview_shows_the_view_and_leads_there(tmp_path):
    """The small map is drawn; a click into its corner moves the map there."""
    question = """
      var map = gridplan.stage.map, small = document.querySelector("canvas.gp-overview"), at = small.getBoundingClientRect();
      map.setView(map.getCenter(), map.getZoom() + 3, { animate: false });
      var pixels = small.getContext("2d").getImageData(0, 0, small.width, small.height).data, inked = 0;
      for (var i = 3; i < pixels.length; i += 4) if (pixels[i]) inked += 1;
      var before = map.getCenter();
      small.dispatchEvent(new MouseEvent("click", { clientX: at.left + 8, clientY: at.top + 100, bubbles: true }));
      return new Promise(function (done) {
        setTimeout(function () {
          done({ inked: inked, west: before.lng - map.getCenter().lng, south: before.lat - map.getCenter().lat });
        }, 900);
      });"""
    told, console = visit(tmp_path, pages(tiny.tiny_plan())["index.html"], question)
    assert console == []
    assert told["inked"] > 500
    assert told["west"] > 0
    assert told["south"] > 0


def test_two_plans_on_one_page(tmp_path):
    """What moved is marked, has a card with both grids, and goes with its layer; so do the grids before."""
    moved = pd.DataFrame(
        [("u03", "C1002", "C1001", 60.0)], columns=["unit_id", "from_grid", "to_grid", "households"]
    )
    built = build_map(tiny.tiny_plan(), changes=Changes(before=tiny.tiny_plan(), moved=moved))
    question = """
      gridplan.go("moved", 0);
      var card = texts(".gp-card")[0], signs = texts(".gp-legend li:not([hidden])");
      all(".leaflet-control-layers-overlays input").slice(-2).forEach(function (box) { box.click(); });
      return { card: card, signs: signs, after: texts(".gp-legend li:not([hidden])") };"""
    told, console = visit(tmp_path, page(built, language="zh"), question)
    assert console == []
    assert "第二网格 (C1002)" in told["card"]
    assert {"换了网格", "原网格界"} <= set(told["signs"])
    assert not {"换了网格", "原网格界"} & set(told["after"])
