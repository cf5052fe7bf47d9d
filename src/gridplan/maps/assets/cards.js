/* Cards: what a click, a search or a list opens. */
(function (own) {
  "use strict";

  var stage = own.stage, element = own.element, pair = own.pair;

  function place(key, i) {
    var labels = stage.layers[key].data.labels;
    return labels ? pair(labels.at[i]) : boundsOf(key, i).getCenter();
  }

  function boundsOf(key, i) {
    var data = stage.layers[key].data;
    if (data.mark) return pair(data.shapes[i]).toBounds(500);
    return L.polygon(own.rings(data.shapes[i])).getBounds();
  }

  function open(key, i, at) {
    if (own.measures(at) || own.takes(key, i, at)) return;
    L.popup({ maxWidth: 300, minWidth: 220, className: "gp-popup", autoPanPaddingTopLeft: [20, 80] })
      .setLatLng(at || place(key, i))
      .setContent(card(stage.layers[key].data, i))
      .openOn(stage.map);
    choose(stage.layers[key].data, i);
    if (key === "grids") mark(stage.layers[key].data.cards.values[i][0]);
  }

  // The address names the grid whose card is open, so that a link leads there.
  function mark(code) {
    var hash = code ? "#" + encodeURIComponent(code) : "#";
    if (location.hash !== hash && location.hash + "#" !== hash) location.replace(hash);
    if (code) stage.map.once("popupclose", function () { mark(""); });
  }

  function arrive() {
    var code = "", grids = stage.layers.grids.data.cards.values, i;
    try { code = decodeURIComponent(location.hash.slice(1)); } catch (error) { return; }
    for (i = 0; code && i < grids.length; i += 1) {
      if (grids[i][0] === code && !(stage.chosen && stage.chosen.code === code)) { go("grids", i); return; }
    }
  }

  // What the open card tells of has a bold outline until the card is closed.
  function choose(data, i) {
    if (data.mark) return;
    var outline = { fill: false, interactive: false, color: "#111827", weight: 4, lineJoin: "round" };
    var chosen = stage.chosen = L.polygon(own.rings(data.shapes[i]), outline).addTo(stage.map);
    chosen.code = data.cards.values[i][0];
    stage.map.once("popupclose", function () {
      chosen.remove();
      if (stage.chosen === chosen) stage.chosen = null;
    });
  }

  function go(key, i) {
    var nearest = stage.layers[key].data.mark ? 17 : 18, around = { paddingTopLeft: [40, 110], paddingBottomRight: [40, 40] };
    stage.map.fitBounds(boundsOf(key, i), Object.assign({ maxZoom: nearest, animate: false }, around));
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
    if (data.pages && data.pages.to[i]) element("a", box, data.pages.text, "gp-link gp-page").href = data.pages.to[i];
    return box;
  }

  own.open = open;
  own.go = go;
  own.arrive = arrive;
})(gridplan);
