/* Moving units from grid to grid by hand: what each move does to loads, walks and pieces, undone and done again, saved as a file.

   A walk is the least sum of households x metres to one unit of the grid, as the solver counts it. */
(function (own) {
  "use strict";

  var stage = own.stage, element = own.element, state = null;

  function said(key, values) {
    return Object.keys(values || {}).reduce(function (text, name) {
      return text.replace("{" + name + "}", values[name]);
    }, state.data.words[key]);
  }

  function ready(data) {
    var units = stage.layers.units.data;
    state = { data: data, on: false, of: units.links.to.slice(), first: units.links.to, home: [], done: [], undone: [], locked: {} };
    data.communities.forEach(function (community) {
      var near = community.units.map(function () { return []; });
      for (var i = 0; i < community.pairs.length; i += 2) {
        near[community.pairs[i]].push(community.pairs[i + 1]);
        near[community.pairs[i + 1]].push(community.pairs[i]);
      }
      community.near = near;
      community.units.forEach(function (row, at) { state.home[row] = { community: community, at: at }; });
    });
  }

  function centimetres(community, i, j) {
    if (i === j) return 0;
    var a = Math.min(i, j), b = Math.max(i, j), n = community.units.length;
    return community.cm[a * n - a * (a + 1) / 2 + b - a - 1];
  }

  function members(community, grid, of) {
    var found = [];
    community.units.forEach(function (row, at) { if (of[row] === grid) found.push(at); });
    return found;
  }

  function connected(community, inside) {
    if (!inside.length) return true;
    var left = {}, queue = [inside[0]];
    inside.forEach(function (at) { left[at] = true; });
    delete left[inside[0]];
    while (queue.length) community.near[queue.pop()].forEach(function (next) {
      if (left[next]) { delete left[next]; queue.push(next); }
    });
    return !Object.keys(left).length;
  }

  function figures(community, grid, of) {
    var inside = members(community, grid, of), load = 0, households = 0, walk = Infinity;
    inside.forEach(function (at) { load += community.load[at]; households += community.households[at]; });
    inside.forEach(function (centre) {
      var sum = 0;
      inside.forEach(function (at) { sum += community.households[at] * centimetres(community, at, centre) / 100; });
      walk = Math.min(walk, sum);
    });
    return {
      units: inside.length, load: load, households: households, walk: inside.length ? walk : 0,
      mean: households ? walk / households : 0, whole: connected(community, inside), away: away(community, load)
    };
  }

  // How far a load is from what some allowed number of workers may have: above it, below it (negative), or 0.
  function away(community, load) {
    var least = Infinity;
    for (var w = state.data.fewest; w <= state.data.most; w += 1) {
      var out = load > community.high * w ? load - community.high * w : Math.min(0, load - community.low * w);
      if (Math.abs(out) < Math.abs(least)) least = out;
    }
    return Math.abs(least) < 1e-6 ? 0 : least;
  }

  function title(grid) { return stage.layers.grids.data.cards.title[grid]; }

  // Why a unit may not go to a grid; "" where it may.
  function against(row, to) {
    var home = state.home[row], from = state.of[row], after = state.of.slice();
    if (state.locked[from] || state.locked[to]) return said("locked", { grid: title(state.locked[from] ? from : to) });
    after[row] = to;
    var rest = figures(home.community, from, after);
    if (!rest.units) return said("alone", { grid: title(from) });
    if (!rest.households && figures(home.community, from, state.of).households) return said("nobody", { grid: title(from) });
    if (!rest.whole) return said("apart", { grid: title(from) });
    return figures(home.community, to, after).whole ? "" : said("apart", { grid: title(to) });
  }

  function choices(row) {
    var home = state.home[row], found = [];
    home.community.near[home.at].forEach(function (next) {
      var grid = state.of[home.community.units[next]];
      if (grid !== state.of[row] && state.data.ordinary[grid] && found.indexOf(grid) < 0) found.push(grid);
    });
    return found.sort(function (a, b) { return a - b; });
  }

  function give(row, to) {
    if (against(row, to)) return false;
    state.done.push({ row: row, from: state.of[row], to: to });
    state.undone = [];
    set(row, to);
    return true;
  }

  function set(row, grid) {
    state.of[row] = grid;
    paint(row);
    draw();
  }

  function back(from, into, end) {
    var move = from.pop();
    if (!move) return;
    into.push(move);
    set(move.row, move[end]);
  }

  function paint(row) {
    var thing = (stage.layers.units.things || [])[row], grids = stage.layers.grids.data, moved = state.of[row] !== state.first[row];
    if (!thing) return;
    var look = grids.looks[grids.look[state.of[row]]];
    thing.setStyle(moved
      ? { fillColor: look.fillColor, fillOpacity: 0.95, color: "#111827", weight: 2.4 }
      : { fillOpacity: 0, color: thing.options.usual, weight: thing.options.full });
  }

  function number(value, digits) {
    return value.toLocaleString("en", { maximumFractionDigits: digits || 0 });
  }

  function standing(one) {
    if (!one.away) return said("in_band");
    return said(one.away > 0 ? "over" : "under", { away: number(Math.abs(one.away)) });
  }

  // In place of a unit's card while the tool is on: where it may go, and what that would do.
  function takes(key, row, at) {
    if (!state || !state.on || key !== "units") return false;
    var box = element("div", null, null, "gp-card"), home = state.home[row], cards = stage.layers.units.data.cards;
    element("h3", box, cards.title[row]);
    element("p", box, said("unit", { households: number(home.community.households[home.at]), grid: title(state.of[row]) }), "gp-sub");
    if (!state.data.ordinary[state.of[row]]) element("p", box, said("fixed"), "gp-note");
    else choices(row).forEach(function (to) { choice(box, row, to); });
    L.popup({ maxWidth: 320, minWidth: 220, className: "gp-popup" })
      .setLatLng(at || L.polygon(own.rings(stage.layers.units.data.shapes[row])).getBounds().getCenter())
      .setContent(box).openOn(stage.map);
    return true;
  }

  function choice(box, row, to) {
    var why = against(row, to), after = state.of.slice(), community = state.home[row].community, line = element("p", box);
    after[row] = to;
    var button = element("button", line, said("give", { grid: title(to) }), "gp-link");
    button.type = "button";
    button.disabled = Boolean(why);
    [state.of[row], to].forEach(function (grid) {
      var one = figures(community, grid, after);
      element("span", line, title(grid) + " " + number(one.load) + " · " + standing(one), "gp-step");
    });
    if (why) element("span", line, why, "gp-why");
    button.onclick = function () {
      stage.map.closePopup();
      give(row, to);
    };
  }

  function changed() {
    var grids = {};
    state.of.forEach(function (grid, row) {
      if (grid !== state.first[row]) [grid, state.first[row]].forEach(function (one) { grids[one] = state.home[row].community; });
    });
    return grids;
  }

  function totals() {
    var moved = 0, before = 0, after = 0, grids = changed();
    state.of.forEach(function (grid, row) {
      if (grid !== state.first[row]) moved += state.home[row].community.households[state.home[row].at];
    });
    Object.keys(grids).forEach(function (grid) {
      before += figures(grids[grid], Number(grid), state.first).walk;
      after += figures(grids[grid], Number(grid), state.of).walk;
    });
    return { moved: moved, before: before, after: after };
  }

  function draw() {
    var list = state.list, grids = changed(), sum = totals();
    list.textContent = "";
    if (!Object.keys(grids).length) element("p", list, said("none"), "gp-sub");
    else table(list, grids);
    if (sum.moved || sum.after !== sum.before) {
      element("p", list, said("moved", { households: number(sum.moved) }));
      element("p", list, said("total", { before: number(sum.before), after: number(sum.after) }));
    }
    state.buttons.undo.disabled = !state.done.length;
    state.buttons.redo.disabled = !state.undone.length;
  }

  function table(list, grids) {
    var made = element("table", list, null, "gp-list"), head = element("tr", element("thead", made)), body = element("tbody", made);
    ["", said("load"), said("walk"), said("state"), said("lock")].forEach(function (text) { element("th", head, text).scope = "col"; });
    Object.keys(grids).map(Number).forEach(function (grid) {
      var was = figures(grids[grid], grid, state.first), now = figures(grids[grid], grid, state.of);
      var row = element("tr", body, null, now.away ? "gp-warn" : "");
      element("td", row, title(grid));
      element("td", row, number(was.load) + " → " + number(now.load));
      element("td", row, number(was.mean, 1) + " → " + number(now.mean, 1));
      element("td", row, standing(now));
      var box = element("input", element("td", row));
      box.type = "checkbox";
      box.checked = Boolean(state.locked[grid]);
      box.setAttribute("aria-label", said("lock"));
      box.onchange = function () { state.locked[grid] = box.checked; };
    });
  }

  // A cell of a table with commas: ids come from the data and may hold anything.
  function cell(value) {
    return /[",\r\n]/.test(value) ? '"' + value.replace(/"/g, '""') + '"' : value;
  }

  // The table that `gridplan apply --assignment` reads: every unit of the plan with its grid.
  function text() {
    var lines = ["unit_id,grid_id"], units = stage.layers.units.data.cards.values;
    state.of.forEach(function (grid, row) { lines.push(cell(units[row][0]) + "," + cell(state.data.grids[grid])); });
    state.data.elsewhere.forEach(function (pair) {
      pair[1].forEach(function (unit) { lines.push(cell(unit) + "," + cell(pair[0])); });
    });
    return lines.map(function (line) { return line + "\r\n"; }).join("");
  }

  function save() {
    var link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob(["\ufeff" + text()], { type: "text/csv" }));
    link.download = "assignment.csv";
    link.click();
  }

  function hand(map, data) {
    ready(data);
    var control = L.control({ position: "topright" });
    control.onAdd = function () {
      var box = element("details", null, null, "gp-panel gp-hand leaflet-control-layers");
      element("summary", box, said("title"));
      element("p", box, said("hint"), "gp-sub");
      state.list = element("div", box, null, "gp-inside");
      var row = element("p", box, null, "gp-buttons");
      state.buttons = {};
      [["undo", function () { back(state.done, state.undone, "from"); }],
        ["redo", function () { back(state.undone, state.done, "to"); }], ["save", save]].forEach(function (one) {
        var button = state.buttons[one[0]] = element("button", row, said(one[0]));
        button.type = "button";
        button.onclick = one[1];
      });
      box.ontoggle = function () {
        state.on = box.open;
        if (box.open) stage.map.addLayer(stage.layers.units);
      };
      L.DomEvent.disableClickPropagation(box);
      L.DomEvent.disableScrollPropagation(box);
      return box;
    };
    control.addTo(map);
    draw();
  }

  own.hand = hand;
  own.takes = takes;
  own.moves = { give: give, against: against, choices: choices, figures: function (row) {
    return figures(state.home[row].community, state.of[row], state.of);
  }, totals: totals, text: text, undo: function () { state.buttons.undo.onclick(); }, redo: function () { state.buttons.redo.onclick(); } };
})(gridplan);
