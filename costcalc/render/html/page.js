"use strict";
// What the page does by itself: tables are sorted, and the sliders compute everything anew, right to the cent.
(() => {
  const one = (selector, within = document) => within.querySelector(selector);
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];

  // ---- Tables ----
  const orders = new Set(); // tables whose order a reader has chosen

  function sort(table, key, direction) {
    const body = table.tBodies[0];
    const cell = (row) => one(`[data-k="${key}"]`, row);
    const value = (row) => {
      const found = cell(row);
      return found.dataset.v === undefined ? null : found.dataset.v;
    };
    const isText = cell(body.rows[0]).classList.contains("w");
    const compare = (a, b) => {
      const [x, y] = [value(a), value(b)];
      if (x === null || y === null) return (x === null) - (y === null); // what is unknown comes last either way
      const found = isText ? x.localeCompare(y, "en") : Number(x) - Number(y);
      return direction === "ascending" ? found : -found;
    };
    body.append(...[...body.rows].sort(compare));
    for (const head of all("th[aria-sort]", table)) {
      head.setAttribute("aria-sort", head.dataset.k === key ? direction : "none");
    }
  }

  for (const head of all("th[aria-sort]")) {
    one("button", head).addEventListener("click", () => {
      const table = head.closest("table");
      if (!table.tBodies[0].rows.length) return;
      const now = head.getAttribute("aria-sort");
      const first = head.classList.contains("w") ? "ascending" : "descending";
      const other = first === "ascending" ? "descending" : "ascending";
      const direction = now === first ? other : first;
      orders.add(table);
      sort(table, head.dataset.k, direction);
    });
  }

  const holder = document.getElementById("figures");
  const data = holder && JSON.parse(holder.textContent);
  if (!data) return;

  // ---- Amounts ----
  const CURRENCY = data.currency;
  const COIN = 10 ** data.digits;
  const TINY = 1e-6; // of a coin: what lies nearer to a whole one, or to a half, is that
  const { rise, passed } = data;
  const at = { rise: rise.start, passed: passed.start };
  const [LOW, MIDDLE, HIGH] = [0, 1, 2];
  let products; // by end of the ranges, what each set of rises multiplies by

  function turnSets() {
    products = [LOW, MIDDLE, HIGH].map((end) => {
      const factors = data.rises.map((open) => 1 + open[end] * (at.rise / rise.ticks) * (open[3] ? at.passed / passed.ticks : 1));
      return data.sets.map((set) => set.reduce((product, i) => product * factors[i], 1));
    });
  }
  function amount(written, end = MIDDLE) {
    if (typeof written === "number") return written;
    return written.reduce((sum, [number, set]) => sum + number * products[end][set], 0);
  }
  // What a customer lacks: 1 where something has no price, 2 where nothing has.
  const totals = ([cost, other, revenue, covered, lack = 0], end = MIDDLE) => ({
    lack,
    cost: amount(cost, end),
    other,
    revenue,
    covered: covered === null ? null : amount(covered, end),
  });
  const served = (t) => t.cost + t.other;
  const allCosts = (t) => (t.covered === null ? served(t) : t.covered);
  // Months to come are computed to twelve digits: what differs by less is the same.
  const near = (n, known) => (n !== null && known !== null && Math.abs(n - known) * 1e10 <= Math.abs(known) ? known : n);
  const like = (t, known) => Object.fromEntries(Object.entries(t).map(([key, n]) => [key, near(n, known[key])]));
  const margin = (t) => (t.revenue > 0 && t.lack !== 2 ? Math.round((1 - allCosts(t) / t.revenue) * 1e10) / 1e10 : null);
  const profit = (t) => (t.revenue === null || t.lack === 2 ? null : t.revenue - allCosts(t));
  const both = (a, b) => (a === null || b === null ? null : a + b);
  const plus = (a, b) => ({ lack: a.lack === b.lack ? a.lack : 1, cost: a.cost + b.cost, other: a.other + b.other, revenue: both(a.revenue, b.revenue), covered: both(a.covered, b.covered) });

  // ---- Rounding: half up, and by largest remainder to the total ----
  const halfUp = (n) => Math.sign(n) * Math.floor(Math.abs(n) + 0.5 + TINY) || 0;
  const coinsOf = (n) => halfUp(n * COIN);
  const floor = (n) => Math.floor(n + TINY);
  const lacks = (n) => Math.min(0, Math.round((floor(n) - n) / TINY)); // of coins: 0, or the less the more is left above the whole ones

  const sum = (numbers) => numbers.reduce((a, b) => a + b, 0);

  function shareOut(amounts, total, alike) {
    if (amounts.length === 1) return [total];
    const found = amounts.map((n) => floor(n * COIN));
    const left = amounts.map((n) => lacks(n * COIN));
    const turn = (i) => {
      if (!left[i]) return 3;
      if (!alike || alike[i][0] !== amounts[i]) return 1;
      return alike[i][1] > found[i] ? 0 : 2;
    };
    const places = amounts.map((_, i) => i).sort((i, j) => turn(i) - turn(j) || left[i] - left[j] || i - j);
    const missing = total - sum(found);
    const each = found.length ? Math.floor(missing / found.length) : 0;
    for (const i of places) found[i] += each;
    for (const i of places.slice(0, missing - each * found.length)) found[i] += 1;
    return found;
  }

  // The same rows in several columns: one amount in all of them is one figure in all of them.
  function shareOutTogether(columns, totals) {
    const [first, ...others] = columns;
    const isStill = first.map((n, i) => others.every((column) => column[i] === n));
    const places = first.map((_, i) => i);
    const [still, moved] = [places.filter((i) => isStill[i]), places.filter((i) => !isStill[i])];
    const base = shareOut(first, totals[0], null);
    if (!still.length || !moved.length) {
      const known = first.map((n, i) => [n, base[i]]);
      return [base, ...others.map((column, k) => shareOut(column, totals[k + 1], known))];
    }
    const wished = sum(still.map((i) => base[i]));
    const kept = keptOf(columns, totals, still, moved, wished);
    const own = shareOut(still.map((i) => first[i]), kept, null);
    let alike = null;
    return columns.map((column, k) => {
      const amounts = moved.map((i) => column[i]);
      const shared = shareOut(amounts, totals[k] - kept, alike);
      alike = alike || amounts.map((n, i) => [n, shared[i]]);
      const coins = [];
      still.forEach((i, j) => { coins[i] = own[j]; });
      moved.forEach((i, j) => { coins[i] = shared[j]; });
      return coins;
    });
  }
  function keptOf(columns, totals, still, moved, wished) {
    const room = (column, places) => {
      const least = sum(places.map((i) => floor(column[i] * COIN)));
      return [least, least + places.filter((i) => lacks(column[i] * COIN)).length];
    };
    let [low, high] = room(columns[0], still);
    columns.forEach((column, k) => {
      const [least, most] = room(column, moved);
      low = Math.max(low, totals[k] - most);
      high = Math.min(high, totals[k] - least);
    });
    return Math.min(Math.max(wished, low), Math.max(low, high));
  }

  // ---- Words ----
  function decimal(whole, digits, signed) {
    const text = String(Math.abs(whole)).padStart(digits + 1, "0");
    const cut = text.length - digits;
    const grouped = text.slice(0, cut).replace(/\B(?=(\d{3})+$)/g, ",");
    const sign = whole < 0 ? "−" : signed && whole > 0 ? "+" : "";
    return sign + grouped + (digits ? "." + text.slice(cut) : "");
  }
  const money = (coins, signed) => decimal(coins, data.digits, signed);
  const percent = (r, digits = 1, signed = false) => decimal(halfUp(r * 10 ** (digits + 2)), digits, signed) + "%";
  const plainPercent = (r, signed) => percent(r, 4, signed).replace(/\.?0+%$/, "%");
  function share(r) {
    if (r > 0 && r < 0.01) return r < 0.001 ? "<1%" : percent(r);
    if (r > 0.99 && r < 1) return r > 0.999 ? ">99.9%" : percent(r);
    return percent(r, 0);
  }
  const points = (a, b) => halfUp(b * 1000) - halfUp(a * 1000);

  // ---- Cells: [text, style, what is sorted by] ----
  const DASH = "–";
  const NOTHING = [DASH, "quiet", null];
  const UNPRICED = ["unpriced", "loud", 0];
  const styleOf = (n) => (n > 0 ? "worse" : n < 0 ? "better" : "");
  const coinValue = (coins) => (coins < 0 ? "-" : "") + decimal(Math.abs(coins), data.digits).replace(/,/g, "");
  const moneyCell = (coins) => [money(coins), "", coinValue(coins)];
  const changeCell = (coins, exact) => (!coins && !exact ? [DASH, "quiet", "0"] : [money(coins, true), styleOf(exact), coinValue(coins)]);
  const ratioCell = (r, style = "", signed = false) => (r === null ? NOTHING : [percent(r, 1, signed), style, String(r)]);
  function riseCell(before, after) {
    if (before === after) return [DASH, "quiet", "0"];
    if (!before) return ["new", styleOf(after), "1e9"];
    const r = after / before - 1;
    return [percent(r, 1, true), styleOf(r), String(r)];
  }
  const shareCell = (part, whole) => (whole && part ? [share(near(part, whole) / whole), "", String(part / whole)] : [DASH, "quiet", "0"]);
  function pointsCell(a, b) {
    const lost = a === null || b === null ? 0 : points(a, b);
    return lost ? [decimal(lost, 1, true), styleOf(a - b), null] : NOTHING;
  }

  function put(row, cells) {
    for (const [key, [text, style, value]] of Object.entries(cells)) {
      const cell = row && one(`[data-k="${key}"]`, row);
      if (!cell) continue;
      cell.textContent = text;
      cell.classList.remove("worse", "better", "quiet", "loud");
      if (style) cell.classList.add(style);
      if (value === null) delete cell.dataset.v;
      else cell.dataset.v = value;
    }
  }
  const rowOf = (table, mark) => one(`#${table} tr[data-i="${mark}"]`);
  const stand = (rows) => rows.reduce(plus);

  // ---- The outlook with the sliders where they stand ----
  const today = totals(data.today);
  const before = data.before.map((month) => totals(month));

  function compute() {
    turnSets();
    const months = data.months.map((ends, i) => {
      const [low, middle, high] = ends.map((written, end) => like(totals(written, end), before[i]));
      const byCost = [middle, low, high].sort((a, b) => a.cost - b.cost);
      return { after: middle, low: byCost[0], high: byCost[2] };
    });
    const turned = at.rise > 0;
    const hasRanges = data.ranges[0] || (data.ranges[1] && turned) || (data.ranges[2] && turned && at.passed > 0);
    const whole = { before: stand(before) };
    const total = { before: data.totalBefore };
    for (const end of ["low", "after", "high"]) {
      whole[end] = stand(months.map((month) => month[end]));
      total[end] = coinsOf(whole[end].cost);
    }
    const costs = (end) => (end === "before" ? before : months.map((month) => month[end])).map((t) => t.cost);
    const isOne = months.every((month) => month.low.cost === month.after.cost && month.after.cost === month.high.cost);
    const shown = isOne ? ["before", "low"] : ["before", "low", "after", "high"];
    const shared = shareOutTogether(shown.map(costs), shown.map((end) => total[end]));
    const figures = { after: shared[1], high: shared[1], ...Object.fromEntries(shown.map((end, i) => [end, shared[i]])) };
    const bridge = data.bridge.map(([last, all]) => ({ last: totals(last), whole: totals(all) }));
    const end = months.length - 1;
    // What stands among the months too has its figure from there; what lies between is shared out.
    const isSame = (a, b) => Math.abs(a - b) * 1e9 <= Math.max(Math.abs(a), 1);
    const column = (key, known, was, is) => {
      const reached = bridge.map((step) => step[key].cost);
      const fixed = new Map([[reached.length - 1, is]]);
      reached.slice(0, -1).forEach((n, i) => { if (isSame(n, known)) fixed.set(i, was); });
      if (!fixed.has(0)) fixed.set(0, coinsOf(reached[0]));
      const stops = [...fixed.keys()].sort((a, b) => a - b);
      const coins = [fixed.get(0)];
      stops.slice(1).forEach((to, k) => {
        const from = stops[k];
        const parts = reached.slice(from + 1, to + 1).map((n, i) => n - reached[from + i]);
        coins.push(...shareOut(parts, fixed.get(to) - fixed.get(from), null));
      });
      return coins;
    };
    return {
      months, figures, whole, total, bridge, hasRanges, end, isSame,
      last: months[end],
      lastCoins: column("last", before[end].cost, figures.before[end], figures.after[end]),
      wholeCoins: column("whole", whole.before.cost, total.before, total.after),
    };
  }

  const marginsOf = (month) => {
    const known = [month.low, month.after, month.high].map(margin).filter((m) => m !== null);
    known.sort((a, b) => a - b);
    return known.length ? [known[0], known[known.length - 1]] : null;
  };

  // ---- Headline ----
  function headline(now) {
    const [was, is] = [today.cost, now.last.after.cost];
    const [first, then] = [now.lastCoins[0], now.figures.after[now.end]].map((coins) => `${money(coins)} ${CURRENCY}`);
    const when = `in ${data.long[now.end]}`;
    let text;
    if (data.unpriced) text = `Cost a month is ${first} today; ${data.unpriced}`;
    else if (data.isLess) text = `Cost a month is ${first} today and at least ${then} ${when}`;
    else if (first === then && !now.hasRanges) text = `Cost a month stays at ${first} (as today) ${when}`;
    else {
      const verb = is > was ? "rises" : is < was ? "falls" : "stays about the same,";
      text = `Cost a month ${verb} from ${first} (today) to ${then} ${when}`;
    }
    const notes = [[data.lacking + text + marginWords(now) + data.contracts + ".", "lead"]];
    if (now.hasRanges) notes.push([rangeWords(now) + ".", ""]);
    return notes.concat(floorWords(now));
  }

  function rangeWords(now) {
    const text = `Low to high: ${money(now.figures.low[now.end])} to ${money(now.figures.high[now.end])} ${CURRENCY}`;
    const ends = marginsOf(now.last);
    if (margin(today) === null || !ends || ends[0] === ends[1]) return text;
    return `${text}, margin ${percent(ends[0])} to ${percent(ends[1])}`;
  }

  function marginWords(now) {
    const [was, is] = [margin(today), margin(now.last.after)];
    if (was === null || is === null || data.unpriced) return "";
    const [part, most, shares] = data.marginWords;
    if (data.isLess) return `; gross margin${part} is ${percent(was)} today and ${most}${percent(is)} then${shares}`;
    if (percent(was) === percent(is)) return `; gross margin${part} stays ${most || "at "}${percent(was)}${shares}`;
    return `; gross margin${part} ${is < was ? "falls" : "rises"} from ${most}${percent(was)} to ${most}${percent(is)}${shares}`;
  }

  function floorWords(now) {
    if (!data.floor || margin(now.last.after) === null) return [];
    const [bound, word] = data.floor;
    const meets = (m) => m !== null && m >= bound;
    const middle = now.months.map((month) => margin(month.after));
    const below = middle.findIndex((m) => m !== null && m < bound);
    let back = middle.length;
    while (back > 0 && meets(middle[back - 1])) back -= 1;
    const month = (place) => data.long[place];
    const was = margin(today);
    const notes = [];
    if (below < 0) notes.push([`Margin stays at or above ${word} through ${month(now.end)}.`, "strong"]);
    else if (was !== null && was < bound) {
      notes.push([`Margin is below ${word} today already${back <= now.end ? `; it meets it from ${month(back)} on` : ""}.`, "loud"]);
    } else notes.push([`Margin falls below ${word} in ${month(below)}${back <= now.end ? ` and is back at it in ${month(back)}` : ""}.`, "loud"]);
    const ends = now.months.map(marginsOf);
    const worst = ends.findIndex((m) => m && m[0] < bound);
    const best = ends.findIndex((m) => m && m[1] < bound);
    const atBest = below < 0 || best === below ? "" : `at the best end ${best >= 0 ? `in ${month(best)}` : "it does not"}`;
    if (worst >= 0 && worst !== below) notes.push([`At the worst end of the ranges it falls below ${word} in ${month(worst)}${atBest && ", " + atBest}.`, ""]);
    else if (below >= 0 && best !== below) notes.push([`At the best end of the ranges${atBest.replace("at the best end", "")}.`, ""]);
    return notes;
  }

  function say(holderId, notes) {
    const made = notes.map(([text, style]) => {
      const part = document.createElement("p");
      if (style) part.className = style;
      if (style === "loud") {
        const mark = document.createElement("span");
        mark.className = "mark";
        mark.setAttribute("aria-hidden", "true");
        mark.textContent = "!";
        part.append(mark, " ");
      }
      part.append(text);
      return part;
    });
    const holder = document.getElementById(holderId);
    if (holder) holder.replaceChildren(...made);
  }

  // ---- Answers ----
  function riseTo(t, keep) {
    // keep is 1 − margin; null where no price can be said
    if (keep === null || keep <= 0 || !(t.revenue > 0)) return null;
    return allCosts(t) / (t.revenue * keep) - 1;
  }
  const less = (m) => (m === null ? null : 1 - m);
  function priceWay(r) {
    if (r === null) return "no price of your own would do";
    if (Math.abs(r) <= 1e-10) return "your prices do already";
    return r > 0 ? `raise your prices by ${percent(r)}` : `your prices have room: ${percent(r)}`;
  }

  // ---- Lines: the same tree of rows as in the terminal, so that the coins fall alike ----
  const LARGEST = 10;
  function tree(lines) {
    const largest = new Set(lines.map((line, i) => [line, i]).sort((a, b) => b[0].after - a[0].after || a[1] - b[1]).slice(0, LARGEST).map(([line]) => line));
    const depth = lines.length ? lines[0].names.length : 0;
    const sumOf = (found, key) => sum(found.map((line) => line[key]));
    function nodes(found, level) {
      const groups = new Map();
      for (const line of found) {
        const name = line.names[level];
        groups.set(name, [...(groups.get(name) || []), line]);
      }
      const made = [...groups].map(([name, mine]) => ({
        name, lines: mine, before: sumOf(mine, "before"), after: sumOf(mine, "after"),
        parts: level + 1 >= depth ? [] : nodes(mine, level + 1),
      }));
      const priced = (node) => node.lines.some((line) => !line.unpriced);
      made.sort((a, b) => priced(b) - priced(a) || b.after - a.after || a.name - b.name);
      return folded(made, level);
    }
    function folded(made, level) {
      const bySize = [...made].sort((a, b) => b.after - a.after).slice(0, LARGEST);
      const kept = new Set(level === 0 ? bySize : made.filter((node) => node.lines.some((line) => largest.has(line))));
      const hidden = made.filter((node) => !kept.has(node));
      if (hidden.length < 2) return made;
      const mine = hidden.flatMap((node) => node.lines);
      return [...made.filter((node) => kept.has(node)), { name: -1, lines: mine, before: sumOf(mine, "before"), after: sumOf(mine, "after"), parts: hidden }];
    }
    return nodes(lines, 0);
  }
  function spread(nodes, totals) {
    const keys = ["before", "after"];
    const shared = shareOutTogether(keys.map((key) => nodes.map((node) => node[key])), totals);
    nodes.forEach((node, i) => {
      const coins = shared.map((column) => column[i]);
      keys.forEach((key, k) => {
        node[key + "Coins"] = coins[k];
        if (!node.parts.length) node.lines[0][key + "Coins"] = coins[k];
      });
      if (node.parts.length) spread(node.parts, coins);
    });
  }
  function drawLines(now) {
    if (!data.lines.length) return;
    const lines = data.lines.map(([names, unpriced, was, then]) => ({ names, unpriced, before: amount(was), after: near(amount(then), amount(was)) }));
    const top = tree(lines);
    spread(top, [now.figures.before[now.end], now.figures.after[now.end]]);
    const whole = now.last.after.cost;
    const add = (found, key) => sum(found.map((line) => line[key]));
    const cells = (found) => {
      if (found.every((line) => line.unpriced)) return {};
      const [was, then] = [add(found, "before"), add(found, "after")];
      const [wasCoins, thenCoins] = [add(found, "beforeCoins"), add(found, "afterCoins")];
      return {
        before: moneyCell(wasCoins), after: moneyCell(thenCoins), change: changeCell(thenCoins - wasCoins, then - was),
        rise: riseCell(was, then), share: shareCell(then, whole),
      };
    };
    const groups = new Map();
    lines.forEach((line) => groups.set(line.names[0], [...(groups.get(line.names[0]) || []), line]));
    const rows = all("#first-table tbody tr");
    for (const row of rows) put(row, cells(groups.get(Number(row.dataset.i))));
    const limit = lines.length <= data.linesShown + 1 ? lines.length : data.linesShown;
    lines.slice(0, limit).forEach((line, i) => put(rowOf("lines-table", i), cells([line])));
    if (limit < lines.length) put(rowOf("lines-table", limit), cells(lines.slice(limit)));
    for (const table of ["first-table", "lines-table"]) put(rowOf(table, "total"), cells(lines));
  }

  // ---- Customers ----
  function sumKnown(rows, key) {
    // A customer without revenue pays nothing: the others' stays known.
    return rows.map((row) => row[key]).reduce((a, b) => {
      const fill = (t) => ((a.revenue === null) !== (b.revenue === null) ? { ...t, revenue: t.revenue || 0 } : t);
      return plus(fill(a), fill(b));
    });
  }
  function drawCustomers(now) {
    if (!data.customers) return;
    const rows = data.customers.rows.map(([name, rank, named, was, then], i) => ({ name, rank, named, mark: i, today: totals(was), last: like(totals(then), totals(was)) }));
    const more = data.customers.more.map(([was, then], i) => ({ name: data.customers.names[i], named: data.customers.names[i] ? 1 : 0, today: totals(was), last: like(totals(then), totals(was)) }));
    const everyone = [...rows, ...more];
    const worstFirst = (a, b) => {
      const [x, y] = [a, b].map((each) => margin(each.last));
      // Revenue of 0 or below, then the margins, then what earns and costs nothing, or is unknown.
      const [i, j] = [a, b].map(({ last }) => (last.revenue !== null && last.revenue <= 0 && profit(last) < 0 ? 0 : margin(last) === null ? 2 : 1));
      return i - j || (i === 1 ? x - y : i === 0 ? profit(a.last) - profit(b.last) : 0) || b.last.cost - a.last.cost || a.rank - b.rank;
    };
    rows.sort(worstFirst);
    const listed = more.length ? [...rows, { mark: rows.length, today: sumKnown(more, "today"), last: sumKnown(more, "last"), isFold: true }] : rows;
    const whole = { today: sumKnown(listed, "today"), last: sumKnown(listed, "last") };
    const known = [[today.cost, now.lastCoins[0]], [now.last.after.cost, now.figures.after[now.end]]];
    // Coins fall to the customers one by one, the worst first; a row of several shows their sum.
    const apart = [...rows, ...[...more].sort(worstFirst)];
    const totalOf = (total, [exact, coins]) => (now.isSame(exact, total) ? coins : coinsOf(total));
    const costs = ["today", "last"].map((key) => apart.map((row) => served(row[key])));
    const due = ["today", "last"].map((key, k) => totalOf(served(whole[key]), known[k]));
    const paid = apart.map((row) => row.last.revenue || 0);
    const single = [...shareOutTogether(costs, due), shareOut(paid, coinsOf(sum(paid)), null)];
    const folded = (column) => (more.length ? [...column.slice(0, rows.length), sum(column.slice(rows.length))] : column);
    const columns = single.map(folded);
    const cells = (row, [was, then, paid], single) => {
      const [m, n] = [margin(row.today), margin(row.last)];
      return {
        today: row.today.lack === 2 ? UNPRICED : moneyCell(was), after: row.last.lack === 2 ? UNPRICED : moneyCell(then),
        change: row.today.lack === 2 || row.last.lack === 2 ? NOTHING : changeCell(then - was, served(row.last) - served(row.today)),
        paid: row.last.revenue === null ? NOTHING : moneyCell(paid),
        margin_today: ratioCell(m), margin: ratioCell(n, m !== null && n !== null && n < m ? "worse" : ""),
        rise_to_hold: single ? ratioCell(riseTo(row.last, less(m)), "", true) : NOTHING,
        rise_to_floor: single && data.floor ? ratioCell(riseTo(row.last, less(data.floor[0])), "", true) : NOTHING,
      };
    };
    const table = document.getElementById("customers-table");
    const body = table.tBodies[0];
    const found = listed.map((row, i) => {
      const drawn = rowOf("customers-table", row.mark);
      put(drawn, cells(row, columns.map((column) => column[i]), !row.isFold));
      return drawn;
    });
    put(rowOf("customers-table", "total"), cells(whole, columns.map(sum), false));
    if (!orders.has(table)) body.append(...found);
    say("verdicts", verdicts(everyone.sort(worstFirst)));
  }
  function verdicts(customers) {
    const named = customers.filter((row) => row.named);
    const loses = (t) => profit(t) !== null && profit(t) < 0;
    const turned = named.filter((row) => profit(row.today) !== null && !row.today.lack && !loses(row.today) && loses(row.last));
    const unsure = named.filter((row) => row.today.lack && !loses(row.today) && loses(row.last));
    const already = named.filter((row) => loses(row.today));
    const count = (rows) => `${rows.length.toLocaleString("en-US")} customer${rows.length === 1 ? "" : "s"}`;
    const names = (rows) => rows.slice(0, 5).map((row) => row.name).join(", ") + (rows.length > 5 ? ` and ${rows.length - 5} more` : "");
    const notes = [];
    if (turned.length) notes.push([`${count(turned)} ${turned.length === 1 ? "turns" : "turn"} unprofitable: ${names(turned)}.`, "loud"]);
    if (unsure.length) {
      const words = unsure.length === 1 ? ["its", "it turns", "is"] : ["their", "they turn", "are"];
      notes.push([`${names(unsure)}: a loss then; part of ${words[0]} cost today has no price, so that it is not known whether ${words[1]} unprofitable or ${words[2]} so already.`, ""]);
    }
    if (already.length) notes.push([`${count(already)} ${already.length === 1 ? "costs" : "cost"} more than ${already.length === 1 ? "it pays" : "they pay"} today already: ${names(already)}.`, ""]);
    return notes;
  }

  // ---- Months, bridge, tiles ----
  const ENDS = ["before", "low", "after", "high"];
  function drawMonths(now) {
    const cells = (was, is, coins) => ({
      ...Object.fromEntries(ENDS.map((end) => [end, moneyCell(coins(end))])),
      change: changeCell(coins("after") - coins("before"), is.cost - was.cost),
      margin: ratioCell(margin(is)),
      points: pointsCell(margin(was), margin(is)),
    });
    now.months.forEach((month, i) => put(rowOf("months-table", i), cells(before[i], month.after, (end) => now.figures[end][i])));
    put(rowOf("months-table", "total"), cells(now.whole.before, now.whole.after, (end) => now.total[end]));
  }
  function drawBridge(now) {
    const cell = (coins, exact) => (coins ? changeCell(coins, exact) : NOTHING);
    const first = now.bridge[0];
    put(rowOf("bridge-table", 0), { last: moneyCell(now.lastCoins[0]), whole: moneyCell(now.wholeCoins[0]), margin: ratioCell(margin(first.last)) });
    for (const i of data.rows) {
      const [was, is] = [now.bridge[i - 1], now.bridge[i]];
      put(rowOf("bridge-table", i), {
        last: cell(now.lastCoins[i], is.last.cost - was.last.cost), whole: cell(now.wholeCoins[i], is.whole.cost - was.whole.cost),
        margin: ratioCell(margin(is.last)), points: pointsCell(margin(was.last), margin(is.last)),
      });
    }
    const end = now.bridge[now.bridge.length - 1];
    put(rowOf("bridge-table", "total"), {
      last: moneyCell(sum(now.lastCoins)), whole: moneyCell(sum(now.wholeCoins)), margin: ratioCell(margin(end.last)),
      points: pointsCell(margin(today), margin(end.last)),
    });
  }
  function drawTiles(now) {
    const set = (key, figure, against) => {
      const [a, b] = [one(`[data-tile="${key}"]`), one(`[data-against="${key}"]`)];
      if (a) [a.textContent, b.textContent] = [figure, against];
    };
    const [was, is] = [today.cost, now.last.after.cost];
    const grown = was && was !== is ? `, ${riseCell(was, is)[0]}` : "";
    set("cost", `${money(now.figures.after[now.end])} ${CURRENCY}`, `today ${money(now.lastCoins[0])}${grown}`);
    const [m, n] = [margin(today), margin(now.last.after)];
    if (m !== null && n !== null) set("margin", percent(n), `today ${percent(m)}, ${pointsCell(m, n)[0]} points`);
    const changed = changeCell(now.total.after - now.total.before, now.whole.after.cost - now.whole.before.cost)[0];
    set("whole", `${money(now.total.after)} ${CURRENCY}`, `before ${money(now.total.before)}, ${changed}`);
    const hold = riseTo(now.last.after, less(m));
    if (hold !== null) set("hold", percent(hold, 1, true), priceWay(hold));
    data.ways.forEach((kept, i) => {
      const way = one(`[data-way="${i}"]`);
      if (way) way.textContent = priceWay(riseTo(now.last.after, less(kept)));
    });
  }

  // ---- Charts: the scales stay, what lies on them moves ----
  const px = (n) => String(Math.round(n * 100) / 100);
  function drawCharts(now) {
    const amountsOf = (key) => now.months.map((month) => month[key].cost);
    const ends = now.months.map(marginsOf);
    const series = {
      cost: { after: amountsOf("after"), low: amountsOf("low"), high: amountsOf("high"), last: money(now.figures.after[now.end]) },
      margin: {
        after: now.months.map((month) => margin(month.after)),
        low: ends.map((m) => m && m[0]), high: ends.map((m) => m && m[1]),
        last: margin(now.last.after) === null ? "" : percent(margin(now.last.after)),
      },
    };
    for (const chart of all("[data-xs]")) {
      const xs = chart.dataset.xs.split(",").map(Number);
      for (const panel of all("[data-panel]", chart)) drawPanel(panel, xs, series[panel.dataset.panel]);
    }
    for (const chart of all("[data-bridge]")) drawWaterfall(chart, now);
  }
  function drawPanel(panel, xs, values) {
    const [zero, unit] = panel.dataset.scale.split(",").map(Number);
    const place = (value) => (value === null ? null : zero + value * unit);
    const [after, low, high] = [values.after, values.low, values.high].map((found) => found.map(place));
    let broken = true;
    const line = after.map((y, i) => {
      const step = y === null ? "" : `${broken ? "M" : "L"}${xs[i]} ${px(y)}`;
      broken = y === null;
      return step;
    });
    one(".after", panel).setAttribute("d", line.join(""));
    const dots = one(".dots", panel);
    if (dots) dots.setAttribute("d", after.map((y, i) => (y === null ? "" : `M${xs[i]} ${px(y)}h0`)).join(""));
    const band = one(".band", panel);
    const known = xs.map((_, i) => i).filter((i) => high[i] !== null && low[i] !== null);
    if (band && known.length) {
      const edge = (places, ys) => places.map((i) => `${xs[i]} ${px(ys[i])}`);
      band.setAttribute("d", `M${[...edge(known, high), ...edge(known.reverse(), low)].join("L")}Z`);
    }
    const label = one("[data-last]", panel);
    const end = after[after.length - 1];
    if (label && end !== null) {
      label.textContent = values.last;
      label.setAttribute("y", px(Math.max(end - 10, 14)));
    }
  }
  function drawWaterfall(chart, now) {
    const [zero, unit] = chart.dataset.bridge.split(",").map(Number);
    const across = (coins) => zero + (coins / COIN) * unit;
    const reached = now.lastCoins.reduce((found, coins) => [...found, (found.length ? found[found.length - 1] : 0) + coins], []);
    const steps = [[0, reached[0], money(reached[0]), ""]];
    for (const i of data.rows) steps.push([reached[i - 1], reached[i], now.lastCoins[i] ? money(now.lastCoins[i], true) : DASH, now.lastCoins[i] >= 0 ? "adds" : "saves"]);
    const end = reached[reached.length - 1];
    steps.push([0, end, money(end), ""]);
    steps.forEach(([from, to, text, kind], i) => {
      const step = one(`[data-step="${i}"]`, chart);
      const [a, b] = [across(from), across(to)].sort((x, y) => x - y);
      const bar = one("rect", step);
      bar.setAttribute("x", px(a));
      bar.setAttribute("width", px(Math.max(b - a, 1)));
      if (kind) bar.setAttribute("class", kind);
      const link = one(".link", step);
      if (link) for (const side of ["x1", "x2"]) link.setAttribute(side, px(across(to)));
      one("text:last-child", step).textContent = text;
    });
  }

  // ---- Sliders ----
  const sliders = [["rise", rise], ["passed", passed]]
    .map(([which, slider]) => ({ which, slider, input: document.getElementById(`slider-${which}`) }))
    .filter(({ input }) => input);
  const shownAt = (which, slider) => plainPercent(at[which] * slider.shown, slider.isHike);
  const moved = () => at.rise !== rise.start || at.passed !== passed.start;

  function draw() {
    const now = compute();
    for (const { which, slider, input } of sliders) {
      const text = shownAt(which, slider);
      document.getElementById(`shown-${which}`).textContent = text;
      input.setAttribute("aria-valuetext", text);
    }
    say("headline", headline(now));
    drawTiles(now);
    drawMonths(now);
    drawBridge(now);
    drawLines(now);
    drawCustomers(now);
    drawCharts(now);
    for (const head of all('th[aria-sort$="cending"]')) {
      const table = head.closest("table");
      if (table.id !== "customers-table" || orders.has(table)) sort(table, head.dataset.k, head.getAttribute("aria-sort"));
    }
    document.body.classList.toggle("moved", moved());
    const turned = sliders.map(({ which, slider }) => `${one(`label[for="slider-${which}"]`).textContent} ${shownAt(which, slider)}`).join(", ");
    one("#turned").textContent = moved() ? `Turned: ${turned}. ` : "";
  }
  for (const { which, input } of sliders) {
    input.addEventListener("input", () => {
      at[which] = Number(input.value);
      draw();
    });
  }
  document.getElementById("reset").addEventListener("click", () => {
    for (const { which, slider, input } of sliders) input.value = at[which] = slider.start;
    draw();
  });
  // A browser may have kept the sliders where a reader left them.
  for (const { which, input } of sliders) at[which] = Number(input.value);
  document.getElementById("sliders").hidden = false;
  if (moved()) draw();
})();
