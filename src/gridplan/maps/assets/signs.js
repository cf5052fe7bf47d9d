/* How things look: hatching, widths by zoom, marks of facilities, swatches of the legend. */
(function (own) {
  "use strict";

  var FONT = own.FONT, stage = own.stage;

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

  // Marks of facilities, drawn on the canvas.
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
      if (r >= 7) glyph(pen, options, this._point.x, this._point.y + 0.5, r);
    }
  });

  // The first letter of the service: inside a round mark, beside one of another shape.
  function glyph(pen, options, x, y, r) {
    var inside = options.mark === "circle";
    pen.globalAlpha = 1;
    pen.font = "600 " + Math.round(inside ? r * 1.15 : 12) + "px " + FONT;
    pen.textAlign = inside ? "center" : "left";
    pen.textBaseline = "middle";
    if (!inside) {
      x += r * 1.35;
      pen.strokeStyle = "#ffffff";
      pen.lineWidth = 3;
      pen.strokeText(options.glyph, x, y);
    }
    pen.fillStyle = inside ? "#ffffff" : options.fillColor;
    pen.fillText(options.glyph, x, y);
  }

  function markRadius(zoom) {
    var steps = zoom - stage.near;
    return steps < -2 ? 2.3 : steps < -0.75 ? 4 : steps < 0.25 ? 7 : 9;
  }

  // Swatches of the legend, drawn twice as fine as they show.
  var WIDE = 30, TALL = 16;

  function swatch(sign) {
    var canvas = document.createElement("canvas"), pen = canvas.getContext("2d");
    canvas.width = WIDE * 2;
    canvas.height = TALL * 2;
    pen.scale(2, 2);
    if (sign.line) strokes(pen, sign);
    else if (sign.mark) marked(pen, sign);
    else filled(pen, sign);
    return canvas;
  }

  function strokes(pen, sign) {
    var dashes = sign.dashArray ? sign.dashArray.split(" ").map(Number) : [];
    stroke(pen, sign.casing, sign.weight + 2, []);
    stroke(pen, sign.line, sign.weight, dashes);
    stroke(pen, sign.dash, sign.weight - 1.4, [6, 6]);
  }

  function stroke(pen, colour, weight, dashes) {
    if (!colour) return;
    pen.strokeStyle = colour;
    pen.lineWidth = weight;
    pen.setLineDash(dashes);
    pen.beginPath();
    pen.moveTo(1, TALL / 2);
    pen.lineTo(WIDE - 1, TALL / 2);
    pen.stroke();
  }

  function marked(pen, sign) {
    trace(pen, sign.mark, WIDE / 2, TALL / 2, 5.5);
    pen.fillStyle = sign.fills[0];
    pen.fill();
  }

  function filled(pen, sign) {
    var each = (WIDE - 2) / sign.fills.length;
    pen.strokeStyle = sign.color;
    pen.lineWidth = sign.weight;
    sign.fills.forEach(function (fill, i) {
      pen.fillStyle = sign.hatch ? hatched({ fillColor: fill, hatch: sign.hatch }) : fill;
      pen.fillRect(1 + i * each, 1.5, each, TALL - 3);
      pen.strokeRect(1 + i * each, 1.5, each, TALL - 3);
    });
  }

  own.styled = styled;
  own.roadWeight = roadWeight;
  own.fineness = fineness;
  own.Mark = Mark;
  own.markRadius = markRadius;
  own.swatch = swatch;
})(gridplan);
