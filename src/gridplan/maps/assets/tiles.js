/* Tiles from outside below the plan; a service that does not answer is asked no more. */
(function (own) {
  "use strict";

  var element = own.element, TRIES = 4;

  function tiles(map, data) {
    var shift = data.shift, group = L.layerGroup(), state = { loaded: 0, failed: 0, group: group };

    function moved(at) { return at && L.latLng(at.lat + shift[0], at.lng + shift[1]); }

    // Tiles in a shifted datum lie where the same place lies in it.
    var Shifted = L.TileLayer.extend({
      _setZoomTransform: function (level, centre, zoom) {
        L.TileLayer.prototype._setZoomTransform.call(this, level, moved(centre), zoom);
      },
      _getTiledPixelBounds: function (centre) {
        return L.TileLayer.prototype._getTiledPixelBounds.call(this, moved(centre));
      }
    });

    data.addresses.forEach(function (address) {
      var one = new Shifted(address, { subdomains: "01234567", maxZoom: map.getMaxZoom(), maxNativeZoom: data.deepest });
      one.on("tileload", function () { state.loaded += 1; });
      one.on("tileerror", function () {
        state.failed += 1;
        if (!state.loaded && state.failed >= TRIES) setTimeout(silent, 0); // not amid the loop that loads them
      });
      group.addLayer(one);
    });

    function silent() {
      if (!map.hasLayer(group)) return;
      map.removeLayer(group);
      if (!state.note) state.note = element("p", map.getContainer(), data.silent, "gp-silent");
    }

    if (data.attribution) element("p", map.getContainer(), data.attribution, "gp-source");
    group.addTo(map);
    own.underlay = state;
    return group;
  }

  own.tiles = tiles;
})(gridplan);
