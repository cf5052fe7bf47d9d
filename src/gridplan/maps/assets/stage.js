/* The one name that the scripts of a page share, and small helpers.

   A page draws a plan's packed layers with Leaflet and puts the bar, lists, cards and legend beside them. A layer's data: key;
   rank (0 lies lowest); shapes (parts, rings, steps in millionths of a degree, latitude first); look (number of its style) and
   looks (styles); zoom (shown from there on); tips, cards, links; labels; mark and glyphs (points); open (lines among areas);
   roads (width follows the zoom). All text becomes text nodes, never HTML. */
var gridplan = {};

(function (own) {
  "use strict";

  var MICRO = 1e6;
  var FONT = '"PingFang SC","Microsoft YaHei","Noto Sans CJK SC","Source Han Sans SC","WenQuanYi Micro Hei",SimHei,sans-serif';
  var stage = { map: null, layers: {}, order: [], near: 16, chosen: null };

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

  function rings(parts) {
    return parts.map(function (part) { return part.map(unpack); });
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

  own.FONT = FONT;
  own.stage = stage;
  own.element = element;
  own.unpack = unpack;
  own.rings = rings;
  own.pair = pair;
  own.soon = soon;
})(gridplan);
