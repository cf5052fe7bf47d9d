/* Layers: made when first seen, drawn on one canvas in the order of their ranks. */
(function (own) {
  "use strict";

  var stage = own.stage, element = own.element, unpack = own.unpack, pair = own.pair, soon = own.soon;

  var HOVER = { weight: 2.6, color: "#1f2937" };

  var Layer = L.LayerGroup.extend({
    initialize: function (data) {
      L.LayerGroup.prototype.initialize.call(this);
      this.data = data;
      this.things = null;
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
      else if (this.data.mark) this._enlarge(zoom);
      else this._refine(zoom);
    },

    _make: function () {
      var data = this.data, looks = data.looks.map(own.styled), under = [], front = [], back = [];
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
      if (this.view) this.paint(this.view);
    },

    // Filled by a view's classes, or with null as the layer's own looks say.
    paint: function (view) {
      var data = this.data, looks = (view ? view.looks : data.looks).map(own.styled);
      this.view = view;
      (this.things || []).forEach(function (thing, i) {
        var look = looks[(view || data).look[i]];
        thing.setStyle({ fillColor: look.fillColor, fillOpacity: look.fillOpacity });
      });
    },

    _widen: function (zoom) {
      var look = this.data.look;
      this.things.forEach(function (thing, i) {
        var weight = own.roadWeight(look[i], zoom);
        thing.setStyle({ weight: Math.max(weight, 0.6), opacity: weight < 0.5 ? 0 : 1 });
      });
      this.casings.forEach(function (line) {
        var weight = own.roadWeight(line.options.casingOf, zoom);
        line.setStyle({ weight: weight + (weight < 3 ? 0.9 : 1.8), opacity: weight < 0.9 ? 0 : 1 });
      });
    },

    _enlarge: function (zoom) {
      var radius = own.markRadius(zoom) + (this.data.mark === "circle" ? 0 : 1.6);
      this.things.forEach(function (thing) { thing.setRadius(radius); });
    },

    _refine: function (zoom) {
      var share = own.fineness(zoom);
      this.things.forEach(function (thing) { thing.setStyle({ weight: thing.options.full * share }); });
    }
  });

  function make(data, shape, look, i) {
    if (data.mark) {
      return new own.Mark(pair(shape), Object.assign({ mark: data.mark, glyph: data.glyphs[i], radius: 5 }, look));
    }
    var line = data.roads || (data.open && data.open[i]);
    var options = Object.assign({
      interactive: !look.idle, smoothFactor: line ? 1 : 0.5, lineJoin: "round", lineCap: look.dashArray ? "butt" : "round",
      full: look.weight, usual: look.color, rank: data.roads && data.look[i]
    }, look);
    return line ? L.polyline(shape.map(unpack), options) : L.polygon(own.rings(shape), options);
  }

  // The wider darker line below a road, or the light dashes on a railway.
  function lower(thing, look) {
    var options = look.casing
      ? { color: look.casing, casingOf: thing.options.rank }
      : { color: look.dash, weight: look.weight - 1.4, dashArray: "7 7", lineCap: "butt" };
    Object.assign(options, { fill: false, interactive: false, lineJoin: "round" });
    return L.polyline(thing.getLatLngs(), options);
  }

  function speak(data, thing, i) {
    var tip = data.tips && data.tips[i];
    if (tip) thing.bindTooltip(element("span", null, tip), { sticky: true, direction: "top", offset: [0, -6] });
    if (!data.cards) return;
    thing.on("click", function (event) {
      L.DomEvent.stop(event);
      own.open(data.key, i, event.latlng);
    });
    if (data.mark) return;
    thing.on("mouseover", function () { thing.setStyle(HOVER); });
    thing.on("mouseout", function () {
      thing.setStyle({ weight: thing.options.full * own.fineness(stage.map.getZoom()), color: thing.options.usual });
    });
  }

  // One canvas holds all that can be pointed at, so the order of drawing is the order of layers, whatever was ticked last.
  function order() {
    stage.order.forEach(function (layer) {
      if (layer.things && layer.seen()) layer.all.forEach(function (thing) { thing.bringToFront(); });
    });
    if (stage.chosen) stage.chosen.bringToFront();
    own.label();
  }

  var arrange = soon(order);

  function layer(map, data) {
    var made = new Layer(data);
    stage.layers[data.key] = made;
    stage.order.push(made);
    stage.order.sort(function (a, b) { return a.data.rank - b.data.rank; });
    return made;
  }

  own.layer = layer;
  own.order = order;
})(gridplan);
