/* Lengths and areas by clicks: a button, a line that follows them, and what it comes to. */
(function (own) {
  "use strict";

  var stage = own.stage, element = own.element, RADIUS_M = 6371008.8, state = null;

  function measure(map, said) {
    var control = L.control({ position: "topleft" });
    control.onAdd = function () {
      var box = element("div", null, null, "leaflet-bar gp-measure"), button = element("a", box, "\u21a6");
      button.href = "#";
      button.title = said.title;
      button.setAttribute("role", "button");
      button.setAttribute("aria-label", said.title);
      button.setAttribute("aria-pressed", "false");
      var told = element("p", box, said.hint);
      told.hidden = true;
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.on(button, "click", function (event) {
        L.DomEvent.preventDefault(event);
        turn(!state.on);
      });
      state = { map: map, said: said, on: false, points: [], button: button, told: told, line: null };
      return box;
    };
    control.addTo(map);
    map.on("click", function (event) { measures(event.latlng); });
    document.addEventListener("keydown", function (event) {
      if (state.on && event.key === "Escape") turn(false);
    });
  }

  function turn(on) {
    state.on = on;
    state.points = [];
    state.told.hidden = !on;
    state.button.setAttribute("aria-pressed", String(on));
    state.map.getContainer().classList.toggle("gp-measuring", on);
    if (on) state.map.closePopup();
    draw();
  }

  // Whether a click was one of the tool's.
  function measures(at) {
    if (!state || !state.on || !at) return false;
    state.points.push(at);
    draw();
    return true;
  }

  function draw() {
    if (state.line) state.line.remove();
    var points = state.points;
    state.line = null;
    if (points.length) {
      state.line = L.layerGroup([L.polyline(points, { color: "#111827", weight: 3, dashArray: "6 4", interactive: false })]
        .concat(points.map(function (at) {
          return L.circleMarker(at, { radius: 4, color: "#111827", weight: 2, fillColor: "#ffffff", fillOpacity: 1, interactive: false });
        }))).addTo(state.map);
    }
    var length = 0, i;
    for (i = 1; i < points.length; i += 1) length += state.map.distance(points[i - 1], points[i]);
    var told = points.length < 2 ? [state.said.hint] : [state.said.length + " " + metres(length)];
    if (points.length > 2) told.push(state.said.area + " " + squares(area(points)));
    state.told.textContent = told.join("\u3000");
  }

  // On a plane that touches the globe at the first point: districts are small.
  function area(points) {
    var rad = Math.PI / 180, wide = Math.cos(points[0].lat * rad), sum = 0;
    points.forEach(function (one, i) {
      var next = points[(i + 1) % points.length];
      sum += (one.lng - points[0].lng) * (next.lat - points[0].lat) - (next.lng - points[0].lng) * (one.lat - points[0].lat);
    });
    return Math.abs(sum / 2) * Math.pow(RADIUS_M * rad, 2) * wide;
  }

  function metres(length) {
    return length < 10000 ? Math.round(length).toLocaleString() + " m" : (length / 1000).toFixed(2) + " km";
  }

  function squares(size) {
    return size < 100000 ? Math.round(size).toLocaleString() + " m\u00b2" : (size / 10000).toFixed(2) + " ha";
  }

  own.measure = measure;
  own.measures = measures;
  own.area = area;
})(gridplan);
