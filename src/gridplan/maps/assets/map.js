/* Draws a plan's packed layers with Leaflet and puts the bar, lists, cards and legend beside them.

   A layer's data: key; rank (0 lies lowest); shapes (parts, rings, steps in millionths of a degree, latitude first);
   look (number of its style) and looks (styles); zoom (shown from there on); tips, cards, links; labels; mark and glyphs
   (points); roads (width follows the zoom). All text becomes text nodes, never HTML. */
var gridplan = (function () {
  "use strict";

  var MICRO = 1e6;
  var FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei",SimHei,sans-serif';
  var HOVER = { weight: 2.6, color: "#1f2937" };
  var stage = { map: null, layers: {}, order: [], near: 16 };

  // ---- small helpers
  function element(tag, parent, text, name) {
    var made = document.createElement(tag);
    if (text !== undefined && text !== null) made.textContent = text;
    if (name) made.className = name;
    if (parent) parent.appendChild(made);
    return made;
  }

  function unpack(steps) {
    var lat = 0, lng = 0, chain = new Array(steps.length / 2);
    for (var i = 0; i < steps.length; i += 2) {
      lat += steps[i];
      lng += steps[i + 1];
      chain[i / 2] = [lat / MICRO, lng / MICRO];
    }
    return chain;
  }

  function pair(at) {
    return L.latLng(at[0] / MICRO, at[1] / MICRO);
  }

  // Work that many events ask for at once is done once, after them.
  function soon(work) {
    var asked = false;
    return function () {
      if (asked) return;
      asked = true;
      setTimeout(function () { asked = false; work(); }, 0);
    };
  }

  // ---- styles
  function hatched(look) {
    var size = 7, tile = document.createElement("canvas"), pen = tile.getContext("2d");
    tile.width = tile.height = size;
    pen.fillStyle = look.fillColor;
    pen.fillRect(0, 0, size, size);
    pen.strokeStyle = look.hatch;
    pen.lineWidth = 1.1;
    pen.beginPath();
    [[-1, 1, 1, -1], [0, size, size, 0], [size - 1, size + 1, size + 1, size - 1]].forEach(function (line) {
      pen.moveTo(line[0], line[1]);
      pen.lineTo(line[2], line[3]);
    });
    pen.stroke();
    return pen.createPattern(tile, "repeat");
  }

  function styled(look) {
    return look.hatch ? Object.assign({}, look, { fillColor: hatched(look) }) : look;
  }

  function roadWeight(rank, zoom) {
    var steps = Math.min(zoom, 18) - 15, faster = [1.3, 1.35, 1.55, 1.75, 1.8][rank];
    return [4.8, 4, 2.8, 1.9, 1.4][rank] * Math.pow(steps < 0 ? faster : 1.45, steps);
  }

  // Borders are drawn in full where a typical grid is wide enough to read, and finer from farther away.
  function fineness(zoom) {
    return Math.min(1, Math.max(0.45, 1 + (zoom - stage.near) * 0.22));
  }

  // ---- marks of facilities, drawn on the canvas
  var corners = {
    star: function (x, y, r) {
      var points = [];
      for (var i = 0; i < 10; i += 1) {
        var reach = i % 2 ? r * 0.62 : r * 1.35, turn = Math.PI * (i / 5 - 0.5);
        points.push([x + reach * Math.cos(turn), y + reach * Math.sin(turn)]);
      }
      return points;
    },
    cross: function (x, y, r) {
      var a = r * 0.38;
      return [[-a, -r], [a, -r], [a, -a], [r, -a], [r, a], [a, a], [a, r], [-a, r], [-a, a], [-r, a], [-r, -a], [-a, -a]]
        .map(function (p) { return [x + p[0], y + p[1]]; });
    }
  };

  function trace(pen, mark, x, y, r) {
    pen.beginPath();
    if (!corners[mark]) pen.arc(x, y, r, 0, 2 * Math.PI);
    else corners[mark](x, y, r).forEach(function (p, i) { pen[i ? "lineTo" : "moveTo"](p[0], p[1]); });
    pen.closePath();
  }

  var Mark = L.CircleMarker.extend({
    _updatePath: function () {
      var renderer = this._renderer, pen = renderer._ctx, r = this._radius, options = this.options;
      if (!renderer._drawing || this._empty()) return;
      trace(pen, options.mark, this._point.x, this._point.y, r);
      renderer._fillStroke(pen, this);
      if (r < 7 || options.mark !== "circle") return;
      pen.globalAlpha = 1;
      pen.fillStyle = "#ffffff";
      pen.font = "600 " + Math.round(r * 1.15) + "px " + FONT;
      pen.textAlign = "center";
      pen.textBaseline = "middle";
      pen.fillText(options.glyph, this._point.x, this._point.y + 0.5);
    }
  });

  function markRadius(zoom) {
    var steps = zoom - stage.near;
    return steps < -2 ? 2.3 : steps < -0.75 ? 4 : steps < 0.25 ? 7 : 9;
  }

  // ---- layers
  var Layer = L.LayerGroup.extend({
    initialize: function (data) {
      L.LayerGroup.prototype.initialize.call(this);
      this.data = data;
      this.things = null;
      this.onTop = [];
    },

    onAdd: function (map) {
      map.on("zoomend", this._zoomed, this);
      this._zoomed();
      L.LayerGroup.prototype.onAdd.call(this, map);
      arrange();
    },

    onRemove: function (map) {
      map.off("zoomend", this._zoomed, this);
      L.LayerGroup.prototype.onRemove.call(this, map);
      arrange();
    },

    seen: function () {
      return stage.map.hasLayer(this) && stage.map.getZoom() >= (this.data.zoom || 0);
    },

    // Things are made when they are first to be seen: layers that start hidden cost nothing.
    _zoomed: function () {
      var zoom = stage.map.getZoom(), there = zoom >= (this.data.zoom || 0);
      if (there && !this.things) this._make();
      if (!this.things) return;
      if (there !== this.shown) {
        this.all.forEach(there ? this.addLayer : this.removeLayer, this);
        this.shown = there;
        arrange();
      }
      if (this.data.roads) this._widen(zoom);
      else if (!this.data.mark) this._refine(zoom);
      if (this.data.mark) this.things.forEach(function (thing) { thing.setRadius(markRadius(zoom) + (this.data.mark === "circle" ? 0 : 1)); }, this);
    },

    _make: function () {
      var data = this.data, looks = data.looks.map(styled), under = [], front = [], back = [];
      this.things = data.shapes.map(function (shape, i) {
        var look = looks[data.look ? data.look[i] : 0], thing = make(data, shape, look, i);
        if (look.casing || look.dash) under.push(lower(thing, look));
        (look.front ? front : back).push(thing);
        if (!look.idle) speak(data, thing, i);
        return thing;
      });
      this.casings = under.filter(function (line) { return line.options.casingOf !== undefined; });
      var dashes = under.filter(function (line) { return line.options.casingOf === undefined; });
      this.all = this.casings.concat(back, front, dashes);
    },

    _widen: function (zoom) {
      var look = this.data.look;
      this.things.forEach(function (thing, i) {
        var weight = roadWeight(look[i], zoom);
        thing.setStyle({ weight: Math.max(weight, 0.6), opacity: weight < 0.5 ? 0 : 1 });
      });
      this.casings.forEach(function (line) {
        var weight = roadWeight(line.options.casingOf, zoom);
        line.setStyle({ weight: weight + (weight < 3 ? 0.9 : 1.8), opacity: weight < 0.9 ? 0 : 1 });
      });
    },

    _refine: function (zoom) {
      var share = fineness(zoom);
      this.things.forEach(function (thing) { thing.setStyle({ weight: thing.options.full * share }); });
    }
  });

  function make(data, shape, look, i) {
    if (data.mark) {
      return new Mark(pair(shape), Object.assign({ mark: data.mark, glyph: data.glyphs[i], radius: 5 }, look));
    }
    var options = Object.assign({ smoothFactor: 1, interactive: !look.idle, lineJoin: "round", lineCap: look.dashArray ? "butt" : "round", full: look.weight, usual: look.color }, look);
    if (data.roads) return L.polyline(shape.map(unpack), Object.assign(options, { rank: data.look[i] }));
    if (data.open && data.open[i]) return L.polyline(shape.map(unpack), options);
    return L.polygon(shape.map(function (rings) { return rings.map(unpack); }), Object.assign(options, { smoothFactor: 0.5 }));
  }

  // The wider darker line below a road, or the light dashes on a railway.
  function lower(thing, look) {
    var options = look.casing
      ? { color: look.casing, casingOf: thing.options.rank }
      : { color: look.dash, weight: look.weight - 1.4, dashArray: "7 7", lineCap: "butt" };
    return L.polyline(thing.getLatLngs(), Object.assign({ fill: false, interactive: false, lineJoin: "round" }, options));
  }

  function speak(data, thing, i) {
    var tip = data.tips && data.tips[i];
    if (tip) thing.bindTooltip(element("span", null, tip), { sticky: true, direction: "top", offset: [0, -6] });
    if (!data.cards) return;
    thing.on("click", function (event) {
      L.DomEvent.stop(event);
      open(data.key, i, event.latlng);
    });
    if (data.mark) return;
    thing.on("mouseover", function () { thing.setStyle(HOVER); });
    thing.on("mouseout", function () {
      thing.setStyle({ weight: thing.options.full * fineness(stage.map.getZoom()), color: thing.options.usual });
    });
  }

  // One canvas holds all that can be pointed at, so the order of drawing is the order of layers, whatever was ticked last.
  var arrange = soon(function () {
    stage.order.forEach(function (layer) {
      if (layer.things && layer.seen()) layer.all.forEach(function (thing) { thing.bringToFront(); });
    });
    label();
  });

  function layer(map, data) {
    var made = new Layer(data);
    stage.layers[data.key] = made;
    stage.order.push(made);
    stage.order.sort(function (a, b) { return a.data.rank - b.data.rank; });
    return made;
  }

  // ---- labels: the most important first, each only where it has room and covers no other
  var FACES = {
    street: "700 19px ", community: "700 14px ", grid: "500 12px ", special: "500 11px ", water: "500 12px ", road: "500 11px "
  };
  var SLACK = { street: 2.2, community: 2.6, grid: 1.9, special: 2.2, water: 1.5, road: 1.5 };
  var GAP = { street: 6, community: 3, grid: 2, special: 2, water: 4, road: 3 };
  var ruler = document.createElement("canvas").getContext("2d"), widths = {};

  function widthOf(text, kind) {
    var key = kind + text;
    if (!widths[key]) {
      ruler.font = FACES[kind] + FONT;
      widths[key] = ruler.measureText(text).width * (kind === "street" ? 1.25 : 1);
    }
    return widths[key];
  }

  function candidates() {
    var map = stage.map, size = map.getSize(), found = [];
    var zoom = map.getZoom(), perPixel = 156543.03 * Math.cos(map.getCenter().lat * Math.PI / 180) / Math.pow(2, zoom);
    stage.order.forEach(function (layer) {
      var labels = layer.data.labels;
      if (!labels || !layer.seen()) return;
      labels.at.forEach(function (at, i) {
        var text = labels.texts[i], room = labels.radius_m[i] / perPixel, wide = text ? widthOf(text, labels.kind) : 0;
        if (!text || wide > room * SLACK[labels.kind]) return;
        if (labels.kind === "grid" && zoom < stage.near - 1.5) return;
        if (labels.kind === "street" && room * 5 > Math.min(size.x, size.y)) return;
        var point = map.latLngToContainerPoint(pair(at));
        if (point.x < -40 || point.y < -20 || point.x > size.x + 40 || point.y > size.y + 20) return;
        found.push({ labels: labels, i: i, text: text, wide: wide, room: room, point: point, key: layer.data.key });
      });
    });
    return found.sort(function (a, b) { return a.labels.rank - b.labels.rank || b.room - a.room || a.i - b.i; });
  }

  function boxOf(one) {
    var turn = ((one.labels.angle || [])[one.i] || 0) * Math.PI / 180, gap = GAP[one.labels.kind];
    one.second = one.labels.second[one.i] && one.room > 30 ? one.labels.second[one.i] : "";
    var tall = (one.labels.kind === "street" ? 24 : 16) + (one.second ? 14 : 0);
    var w = (Math.abs(one.wide * Math.cos(turn)) + Math.abs(tall * Math.sin(turn))) / 2 + gap;
    var h = (Math.abs(one.wide * Math.sin(turn)) + Math.abs(tall * Math.cos(turn))) / 2 + gap;
    return [one.point.x - w, one.point.y - h, one.point.x + w, one.point.y + h];
  }

  function label() {
    var map = stage.map, pane = map.getPane("names"), taken = occupied();
    pane.textContent = "";
    function free(box) {
      return taken.every(function (t) { return box[0] > t[2] || box[2] < t[0] || box[1] > t[3] || box[3] < t[1]; });
    }
    candidates().forEach(function (one) {
      var steps = one.labels.angle ? [0] : [0, -20, 20], centre = one.point;
      for (var i = 0; i < steps.length; i += 1) {
        one.point = centre.add([0, steps[i]]);
        var box = boxOf(one);
        if (Math.abs(steps[i]) < one.room && free(box)) {
          taken.push(box);
          put(pane, one, map.containerPointToLayerPoint(one.point));
          return;
        }
      }
    });
  }

  // Facilities large enough to carry a sign: names keep off them.
  function occupied() {
    var boxes = [], view = stage.map.getBounds(), r = markRadius(stage.map.getZoom());
    stage.order.forEach(function (layer) {
      if (!layer.data.mark || !layer.seen() || r < 7) return;
      layer.data.shapes.forEach(function (shape) {
        if (!view.contains(pair(shape))) return;
        var p = stage.map.latLngToContainerPoint(pair(shape));
        boxes.push([p.x - r, p.y - r, p.x + r, p.y + r]);
      });
    });
    return boxes;
  }

  function put(pane, one, at) {
    var anchor = element("div", pane, null, "gp-name gp-name-" + one.labels.kind);
    var text = element("span", anchor, one.text);
    L.DomUtil.setPosition(anchor, at);
    if (one.labels.angle) text.style.transform = "translate(-50%,-50%) rotate(" + one.labels.angle[one.i] + "deg)";
    if (one.second) element("small", text, one.second);
    if (one.labels.kind !== "community") return;
    text.tabIndex = 0;
    text.setAttribute("role", "button");
    L.DomEvent.disableClickPropagation(text);
    L.DomEvent.on(text, "click keydown", function (event) {
      if (event.type === "click" || event.key === "Enter") open(one.key, one.i);
    });
  }

  // ---- cards
  function place(key, i) {
    var layer = stage.layers[key], labels = layer.data.labels;
    if (layer.data.mark) return pair(layer.data.shapes[i]);
    return labels ? pair(labels.at[i]) : L.polygon(layer.data.shapes[i].map(function (r) { return r.map(unpack); })).getBounds().getCenter();
  }

  function boundsOf(key, i) {
    var data = stage.layers[key].data;
    if (data.mark) return pair(data.shapes[i]).toBounds(500);
    return L.latLngBounds([].concat.apply([], data.shapes[i].map(function (rings) { return unpack(rings[0]); })));
  }

  function open(key, i, at) {
    L.popup({ maxWidth: 300, minWidth: 220, className: "gp-popup", autoPanPaddingTopLeft: [20, 80] })
      .setLatLng(at || place(key, i))
      .setContent(card(stage.layers[key].data, i))
      .openOn(stage.map);
  }

  function go(key, i) {
    var room = stage.layers[key].data.mark ? 17 : 18;
    stage.map.fitBounds(boundsOf(key, i), { maxZoom: room, paddingTopLeft: [40, 110], paddingBottomRight: [40, 40], animate: false });
    open(key, i);
  }

  function card(data, i) {
    var cards = data.cards, box = element("div", null, null, "gp-card"), link = data.links;
    if (cards.sub[i]) element("p", box, cards.sub[i], "gp-sub");
    var head = element("h3", box, cards.title[i]);
    if (cards.badge[i]) element("span", head, cards.badge[i], "gp-badge gp-" + cards.tone[i]);
    if (cards.note[i]) element("p", box, cards.note[i], "gp-note gp-" + cards.tone[i]);
    var table = element("table", box);
    cards.values[i].forEach(function (value, column) {
      if (!value) return;
      var row = element("tr", table);
      element("th", row, cards.labels[column]).scope = "row";
      element("td", row, value);
    });
    if (link && link.to[i] >= 0) {
      var button = element("button", box, link.text, "gp-link");
      button.type = "button";
      button.onclick = function () { go(link.layer, link.to[i]); };
    }
    return box;
  }

  // ---- what stands beside the map
  function begin(map, data) {
    stage.map = map;
    stage.near = data.near_zoom;
    var beside = map.getSize().x > 1000 ? 215 : 20;
    map.fitBounds(data.bounds, { paddingTopLeft: [beside, 75], paddingBottomRight: [beside, 20], animate: false });
    map.createPane("names").className += " leaflet-zoom-hide gp-names";
    L.control.scale({ imperial: false, position: "bottomright" }).addTo(map);
    map.on("moveend zoomend resize", label);
    map.on("overlayadd overlayremove", label);
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
    var list = element("dl", box, null, "gp-figures");
    data.figures.forEach(function (figure) {
      var one = element("div", list);
      element("dt", one, figure[0]);
      element("dd", one, figure[1]);
    });
    search(box, data);
    function clear() {
      map.getContainer().querySelectorAll(".leaflet-top").forEach(function (corner) {
        corner.style.top = box.offsetHeight + 6 + "px";
      });
    }
    map.on("resize", clear);
    clear();
  }

  function entries() {
    var found = [];
    ["communities", "grids", "facilities_existing", "facilities_new"].forEach(function (key) {
      var layer = stage.layers[key];
      if (!layer) return;
      layer.data.cards.title.forEach(function (title, i) {
        var cards = layer.data.cards, code = cards.values[i][0], shown = [cards.sub[i], title].filter(Boolean).join(" · ");
        found.push({ key: key, i: i, text: shown, code: code, hay: (shown + " " + code).toLowerCase() });
      });
    });
    return found;
  }

  function matches(all, asked) {
    var words = asked.toLowerCase().split(/[\s·]+/).filter(Boolean);
    if (!words.length) return [];
    return all.filter(function (one) { return words.every(function (word) { return one.hay.indexOf(word) >= 0; }); }).slice(0, 12);
  }

  function search(parent, data) {
    var box = element("div", parent, null, "gp-search"), field = element("input", box), list = element("ul", box);
    var all = null, shown = [], at = 0;
    field.type = "search";
    field.placeholder = data.search;
    field.setAttribute("aria-label", data.search);
    list.setAttribute("role", "listbox");
    list.hidden = true;

    function pick(one) {
      list.hidden = true;
      field.blur();
      if (one) go(one.key, one.i);
    }

    function show() {
      all = all || entries();
      shown = matches(all, field.value);
      list.textContent = "";
      list.hidden = !field.value.trim();
      if (!shown.length) element("li", list, data.nothing, "gp-none");
      shown.forEach(function (one, i) {
        var row = element("li", list, one.text);
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", i === at);
        element("span", row, one.code);
        row.onmousedown = function (event) { event.preventDefault(); pick(one); };
      });
    }

    field.oninput = function () { at = 0; show(); };
    field.onfocus = show;
    field.onblur = function () { list.hidden = true; };
    field.onkeydown = function (event) {
      var step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
      if (step && shown.length) { at = (at + step + shown.length) % shown.length; show(); event.preventDefault(); }
      if (event.key === "Enter") pick(shown[at]);
      if (event.key === "Escape") { field.value = ""; show(); field.blur(); }
    };
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
      var table = element("table", box, null, "gp-list"), head = element("tr", element("thead", table)), body = element("tbody", table);
      data.columns.forEach(function (column) { element("th", head, column).scope = "col"; });
      data.rows.forEach(function (values, r) {
        var row = element("tr", body, null, data.warn[r] ? "gp-warn" : "");
        values.forEach(function (value, c) {
          var cell = element("td", row, c ? value : null), button = c ? null : element("button", cell, value, "gp-link");
          if (button) { button.type = "button"; button.onclick = function () { go("communities", data.to[r]); }; }
        });
      });
    });
  }

  function swatch(sign) {
    var wide = 30, tall = 16, canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    canvas.width = wide * 2;
    canvas.height = tall * 2;
    pen.scale(2, 2);
    if (sign.line) {
      [[sign.casing, sign.weight + 2, []], [sign.line, sign.weight, (sign.dashArray || "").split(" ").filter(Boolean).map(Number)], [sign.dash, sign.weight - 1.4, [6, 6]]].forEach(function (s) {
        if (!s[0]) return;
        pen.strokeStyle = s[0];
        pen.lineWidth = s[1];
        pen.setLineDash(s[2]);
        pen.beginPath();
        pen.moveTo(1, tall / 2);
        pen.lineTo(wide - 1, tall / 2);
        pen.stroke();
      });
      return canvas;
    }
    if (sign.mark) {
      trace(pen, sign.mark, wide / 2, tall / 2, 5.5);
      pen.fillStyle = sign.fills[0];
      pen.fill();
      return canvas;
    }
    sign.fills.forEach(function (fill, i) {
      var each = (wide - 2) / sign.fills.length;
      pen.fillStyle = sign.hatch ? hatched({ fillColor: fill, hatch: sign.hatch }) : fill;
      pen.fillRect(1 + i * each, 1.5, each, tall - 3);
      pen.strokeStyle = sign.color;
      pen.lineWidth = sign.weight;
      pen.strokeRect(1 + i * each, 1.5, each, tall - 3);
    });
    return canvas;
  }

  function legend(map, data) {
    panel(map, "bottomleft", data.title, true, function (box) {
      var list = element("ul", box, null, "gp-legend");
      data.entries.forEach(function (entry) {
        var row = element("li", list);
        row.appendChild(swatch(entry.sign));
        element("span", row, entry.text);
        function follow() { row.hidden = !map.hasLayer(stage.layers[entry.layer]); }
        map.on("overlayadd overlayremove", follow);
        follow();
      });
    });
  }

  return { begin: begin, layer: layer, bar: bar, communities: communities, legend: legend };
})();
