/* What stands beside the map: the bar with title and figures, the list of communities, the legend. */
(function (own) {
  "use strict";

  var stage = own.stage, element = own.element;

  function begin(map, data) {
    stage.map = map;
    stage.near = data.near_zoom;
    var beside = map.getSize().x > 1000 ? 215 : 20;
    map.fitBounds(data.bounds, { paddingTopLeft: [beside, 75], paddingBottomRight: [beside, 20], animate: false });
    map.createPane("names").className += " leaflet-zoom-hide gp-names";
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    map.on("moveend zoomend resize", own.label);
    map.on("overlayadd overlayremove", own.label);
    printing(map);
  }

  // On paper the page is a sheet of A3 with what the window showed, drawn anew in its size (see @page in map.css).
  function printing(map) {
    var SHEET = { width: "1526px", height: "1060px" }, box = map.getContainer(), before = null;

    function size(to) {
      box.style.width = to.width;
      box.style.height = to.height;
      map.invalidateSize({ animate: false, pan: false });
    }

    window.addEventListener("beforeprint", function () {
      before = before || { width: box.style.width, height: box.style.height, centre: map.getCenter(), zoom: map.getZoom() };
      var shown = map.getBounds();
      size(SHEET);
      map.fitBounds(shown, { animate: false });
      own.order();
      map.fire("moveend"); // the canvas is drawn at once, not with the next frame, which paper does not wait for
    });
    window.addEventListener("afterprint", function () {
      if (!before) return;
      size(before);
      map.setView(before.centre, before.zoom, { animate: false });
      before = null;
    });
  }

  function bar(map, data) {
    var box = element("header", map.getContainer(), null, "gp-bar");
    L.DomEvent.disableClickPropagation(box);
    L.DomEvent.disableScrollPropagation(box);
    var head = element("div", box, null, "gp-title");
    element("h1", head, data.title);
    var below = element("p", head);
    if (data.note) element("strong", below, data.note, "gp-marked");
    if (data.date) element("time", below, data.date);
    if (data.links.length) {
      var pages = element("nav", head, null, "gp-pages");
      data.links.forEach(function (link) {
        element("a", pages, link[0]).href = link[1];
      });
    }
    var list = element("dl", box, null, "gp-figures");
    data.figures.forEach(function (figure) {
      var one = element("div", list);
      element("dt", one, figure[0]);
      element("dd", one, figure[1]);
    });
    own.search(box, data);
    function clear() {
      map.getContainer().querySelectorAll(".leaflet-top").forEach(function (corner) {
        corner.style.top = box.offsetHeight + 6 + "px";
      });
    }
    map.on("resize", clear);
    clear();
  }

  function panel(map, position, title, open, fill) {
    var control = L.control({ position: position });
    control.onAdd = function () {
      var box = element("details", null, null, "gp-panel leaflet-control-layers");
      box.open = open;
      element("summary", box, title);
      fill(element("div", box, null, "gp-inside"));
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    return control.addTo(map);
  }

  function communities(map, data) {
    panel(map, "topright", data.title, false, function (box) {
      var table = element("table", box, null, "gp-list");
      var head = element("tr", element("thead", table)), body = element("tbody", table);
      data.columns.forEach(function (column) { element("th", head, column).scope = "col"; });
      data.rows.forEach(function (values, r) {
        var row = element("tr", body, null, data.warn[r] ? "gp-warn" : "");
        var button = element("button", element("td", row), values[0], "gp-link");
        button.type = "button";
        button.onclick = function () { own.go("communities", data.to[r]); };
        values.slice(1).forEach(function (value) { element("td", row, value); });
      });
    });
  }

  function legend(map, data) {
    panel(map, "bottomleft", data.title, true, function (box) {
      var chosen = -1, follows = [], list;

      function entry(layer, text, sign, view) {
        var row = element("li", list);
        row.appendChild(own.swatch(sign));
        element("span", row, text);
        follows.push(function () {
          var other = layer === "grids" && view !== chosen;
          row.hidden = other || !map.hasLayer(stage.layers[layer]);
        });
      }

      function follow() { follows.forEach(function (each) { each(); }); }

      if (data.views.length) choice(box, data, function (at) {
        chosen = at;
        stage.layers.grids.paint(data.views[at] || null);
        follow();
      });
      list = element("ul", box, null, "gp-legend");
      data.views.forEach(function (view, at) {
        view.texts.forEach(function (text, i) {
          if (view.look.indexOf(i) >= 0) entry("grids", text, Object.assign({ fills: [view.looks[i].fillColor] }, view.looks[i]), at);
        });
      });
      data.entries.forEach(function (one) { entry(one.layer, one.text, one.sign, -1); });
      map.on("overlayadd overlayremove", follow);
      follow();
    });
    own.arrive();
    window.addEventListener("hashchange", own.arrive);
  }

  // Which figure the grids are coloured by, and the rule of its classes.
  function choice(box, data, then) {
    var label = element("label", box, data.ask, "gp-choice"), select = element("select", label), rule = element("p", box, null, "gp-sub");
    [data.plain].concat(data.views.map(function (view) { return view.title; })).forEach(function (title, at) {
      element("option", select, title).value = at - 1;
    });
    rule.hidden = true;
    select.onchange = function () {
      var view = data.views[Number(select.value)];
      rule.textContent = view ? view.rule : "";
      rule.hidden = !view;
      then(Number(select.value));
    };
  }

  own.begin = begin;
  own.bar = bar;
  own.communities = communities;
  own.legend = legend;
})(gridplan);
