/* The search box over communities, grids, facilities, compounds, buildings and roads; by name, code or pinyin initials. */
(function (own) {
  "use strict";

  var MOST = 12, stage = own.stage, element = own.element;

  function entries(data) {
    var found = [], places = data.places, roads = (stage.layers.roads || { data: {} }).data.labels;

    function add(entry) {
      var parts = entry.where.split(" · ").concat(entry.text);
      var letters = parts.map(function (part) { return data.initials[part] || ""; });
      entry.hay = parts.concat(letters).join(" ").toLowerCase();
      found.push(entry);
    }

    ["communities", "grids", "facilities_existing", "facilities_new"].forEach(function (key) {
      var layer = stage.layers[key];
      if (!layer) return;
      layer.data.cards.title.forEach(function (title, i) {
        var cards = layer.data.cards, where = [cards.sub[i], cards.values[i][0]].filter(Boolean).join(" · ");
        add({ key: key, i: i, text: title, where: where });
      });
    });
    places.text.forEach(function (text, n) { add({ key: places.key, i: places.to[n], text: text, where: places.where[n] }); });
    if (roads) roads.texts.forEach(function (text, i) { add({ key: "roads", at: roads.at[i], text: text, where: "" }); });
    return found;
  }

  function matches(all, asked) {
    var words = asked.toLowerCase().split(/[\s·]+/).filter(Boolean);
    function fits(one) {
      return words.every(function (word) { return one.hay.indexOf(word) >= 0; });
    }
    return words.length ? all.filter(fits) : [];
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
      if (one && one.at) stage.map.setView(own.pair(one.at), 17, { animate: false });
      else if (one) own.go(one.key, one.i);
    }

    function show() {
      all = all || entries(data);
      var fitting = matches(all, field.value);
      shown = fitting.slice(0, MOST);
      list.textContent = "";
      list.hidden = !field.value.trim();
      if (!shown.length) element("li", list, data.nothing, "gp-none");
      shown.forEach(function (one, i) {
        var row = element("li", list, one.text);
        row.setAttribute("role", "option");
        row.setAttribute("aria-selected", i === at);
        element("span", row, one.where);
        row.onmousedown = function (event) { event.preventDefault(); pick(one); };
      });
      if (fitting.length > MOST) element("li", list, data.more, "gp-none");
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

  own.search = search;
})(gridplan);
