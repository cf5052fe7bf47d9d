/* Names: the most important first, each only where it has room and covers no other. */
(function (own) {
  "use strict";

  var FONT = own.FONT, stage = own.stage, element = own.element, pair = own.pair;

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
    var map = stage.map, pane = map.getPane("names"), taken = [], marks = occupied();
    pane.textContent = "";

    function fits(one, centre, step, boxes) {
      one.point = centre.add([0, step]);
      one.box = boxOf(one);
      return Math.abs(step) < one.room && boxes.every(function (t) {
        return one.box[0] > t[2] || one.box[2] < t[0] || one.box[1] > t[3] || one.box[3] < t[1];
      });
    }

    candidates().forEach(function (one) {
      var steps = one.labels.angle ? [0] : [0, -20, 20], centre = one.point;
      function found(boxes) {
        return steps.some(function (step) { return fits(one, centre, step, boxes); });
      }
      // a community or a street is named even where it has no room between facilities
      if (!found(taken.concat(marks)) && !(one.labels.rank <= 1 && found(taken))) return;
      taken.push(one.box);
      put(pane, one, map.containerPointToLayerPoint(one.point));
    });
  }

  // Names keep off facilities: off new ones from the middle distance, off all where they are large enough to carry a sign.
  function occupied() {
    var boxes = [], view = stage.map.getBounds(), r = own.markRadius(stage.map.getZoom());
    stage.order.forEach(function (layer) {
      if (!layer.data.mark || !layer.seen() || r < (layer.data.mark === "circle" ? 7 : 4)) return;
      var beside = layer.data.mark === "circle" || r < 7 ? r : r * 1.35 + 13;
      layer.data.shapes.forEach(function (shape) {
        if (!view.contains(pair(shape))) return;
        var p = stage.map.latLngToContainerPoint(pair(shape));
        boxes.push([p.x - r, p.y - r, p.x + beside, p.y + r]);
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
      if (event.type === "click" || event.key === "Enter") own.open(one.key, one.i);
    });
  }

  own.label = label;
})(gridplan);
