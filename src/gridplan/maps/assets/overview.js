/* A small map of all communities with what is in view; a click leads there. */
(function (own) {
  "use strict";

  var stage = own.stage, element = own.element, WIDE = 150, HIGH = 110, EDGE = 6;

  function overview(map, data) {
    var shapes = stage.layers.communities.data.shapes.map(own.rings), all = L.latLngBounds([]), control = L.control({ position: "bottomright" });
    shapes.forEach(function (parts) { parts.forEach(function (part) { part[0].forEach(function (at) { all.extend(at); }); }); });
    var south = all.getSouth(), west = all.getWest(), squeeze = Math.cos(all.getCenter().lat * Math.PI / 180);
    var scale = Math.min((WIDE - 2 * EDGE) / ((all.getEast() - west) * squeeze || 1), (HIGH - 2 * EDGE) / (all.getNorth() - south || 1));

    var middle = all.getCenter();
    function x(lng) { return WIDE / 2 + (lng - middle.lng) * squeeze * scale; }
    function y(lat) { return HIGH / 2 - (lat - middle.lat) * scale; }

    control.onAdd = function () {
      var box = element("canvas", null, null, "gp-overview"), more = window.devicePixelRatio || 1, pen = box.getContext("2d");
      box.width = WIDE * more;
      box.height = HIGH * more;
      box.title = data.title;
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.on(box, "click", function (event) {
        var at = box.getBoundingClientRect();
        var right = event.clientX - at.left - WIDE / 2, down = event.clientY - at.top - HIGH / 2;
        map.panTo([middle.lat - down / scale, middle.lng + right / scale / squeeze]);
      });

      function draw() {
        pen.setTransform(more, 0, 0, more, 0, 0);
        pen.clearRect(0, 0, WIDE, HIGH);
        pen.fillStyle = "#dfe5ec";
        pen.strokeStyle = "#6b7686";
        pen.lineWidth = 0.6;
        shapes.forEach(function (parts) {
          parts.forEach(function (part) {
            pen.beginPath();
            part.forEach(function (ring) {
              ring.forEach(function (at, i) { pen[i ? "lineTo" : "moveTo"](x(at[1]), y(at[0])); });
              pen.closePath();
            });
            pen.fill("evenodd");
            pen.stroke();
          });
        });
        var seen = map.getBounds();
        pen.strokeStyle = "#b3261e";
        pen.lineWidth = 1.6;
        pen.strokeRect(x(seen.getWest()), y(seen.getNorth()), x(seen.getEast()) - x(seen.getWest()), y(seen.getSouth()) - y(seen.getNorth()));
      }

      map.on("moveend zoomend resize", draw);
      draw();
      return box;
    };
    control.addTo(map);
  }

  own.overview = overview;
})(gridplan);
