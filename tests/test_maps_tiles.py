"""Tiles from outside: only where the plan file asks for them, and no page is worse for a service that does not answer."""

import re
from dataclasses import replace

import pytest

import tiny_plan as tiny
from gridplan.config import read_plan_file
from gridplan.errors import UsageError
from gridplan.maps import build_map, page
from gridplan.maps.tiles import KEY, origins, tiles
from gridplan.maps.written import speaker
from test_maps_browser import CHROMIUM, visit
from test_pipeline import PLAN, write_place

OWN = "http://tiles.invalid:8080/map/{z}/{x}/{y}.png"


def asking(**asked):
    """Return the tiny plan with tiles asked for."""
    plan = tiny.tiny_plan()
    told = {"tiles": OWN, "datum": "cgcs2000", "attribution": "", **asked}
    return replace(plan, report={**plan.report, "map": told})


def policy_of(text):
    """Return where a page's images may come from."""
    return re.search(r"img-src ([^;]*);", text)[1]


def test_without_asking_nothing_comes_from_outside():
    """The policy lets no image in but the page's own."""
    text = page(build_map(tiny.tiny_plan()), language="zh")
    assert policy_of(text) == "data:"
    assert "gridplan.tiles(" not in re.sub(r"own\.tiles = tiles;", "", text).split("</head>")[1]


def test_the_policy_names_the_service_and_no_more():
    """Scheme, host and port of the service."""
    assert policy_of(page(build_map(asking()), language="zh")) == "data: http://tiles.invalid:8080"


def test_tianditu_needs_a_key_of_the_environment(monkeypatch):
    """Without a key there is no layer; with one two, map and names; the report never holds the key."""
    words, plan = speaker("zh"), asking(tiles="tianditu")
    monkeypatch.delenv(KEY, raising=False)
    assert tiles(plan, words) is None
    monkeypatch.setenv(KEY, 'x"><script>')
    assert tiles(plan, words) is None
    monkeypatch.setenv(KEY, "0123abcd")
    found = tiles(plan, words)
    assert [address.endswith("&tk=0123abcd") for address in found["addresses"]] == [True, True]
    assert origins(found) == ["https://*.tianditu.gov.cn"]
    assert "0123abcd" not in str(plan.report)


def test_shifted_tiles_are_told_how_far():
    """In GCJ-02 a place of the mainland is off by some hundred metres; else by nothing."""
    words = speaker("zh")
    assert tiles(asking(), words)["shift"] == [0.0, 0.0]
    lat, lng = tiles(asking(datum="gcj02"), words)["shift"]
    assert 0.0005 < abs(lat) + abs(lng) < 0.02


@pytest.mark.parametrize(
    "wrong",
    [
        "tiles.png",
        "http://a/{z}/{x}.png",
        "ftp://a/{z}/{x}/{y}",
        "http://a;script-src *;/{z}/{x}/{y}",
        "http://a/{z}{x}{y}'",
    ],
)
def test_addresses_that_are_none(tmp_path, wrong):
    """An address needs a scheme of the web, all three numbers of a tile, and no sign that ends it."""
    plan_file = write_place(tmp_path)
    plan_file.write_text(PLAN + f'\n[map]\ntiles = "{wrong}"\n', encoding="utf-8")
    with pytest.raises(UsageError, match="tianditu"):
        read_plan_file(plan_file)


@pytest.mark.browser
@pytest.mark.skipif(CHROMIUM is None, reason="no Chromium on this machine")
def test_a_service_that_does_not_answer_is_left_alone(tmp_path):
    """The plan is drawn all the same, the layer goes, and a line says so; shifted tiles are looked for where they lie."""
    question = """
      var map = gridplan.stage.map, layer = gridplan.underlay.group.getLayers()[0], here = map.getCenter(), its = layer._map;
      layer._map = map; // it may have gone already
      var shifted = layer._getTiledPixelBounds(here).min, plain = L.TileLayer.prototype._getTiledPixelBounds.call(layer, here).min;
      layer._map = its; // else a tile that fails now is drawn on a map that has no room for it
      return new Promise(function (done) {
        setTimeout(function () {
          done({ shown: map.hasLayer(gridplan.underlay.group), note: texts(".gp-silent"), names: all(".gp-name").length,
            moved: Math.abs(shifted.x - plain.x) + Math.abs(shifted.y - plain.y) });
        }, 1200);
      });"""
    told, console = visit(tmp_path, page(build_map(asking(datum="gcj02")), language="zh"), question)
    assert [line for line in console if "Failed to load" not in line and "ERR_" not in line] == []
    assert told["shown"] is False
    assert told["note"] == ["底图服务没有响应，不影响方案。"]
    assert told["names"] > 3
    assert told["moved"] > 20
