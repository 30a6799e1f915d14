"use strict";
(() => {
  const data = JSON.parse(document.getElementById("data").textContent);
  const at = (id) => document.getElementById(id);
  const make = (name, text, className) => {
    const element = document.createElement(name);
    if (text !== undefined) element.textContent = text;
    if (className) element.className = className;
    return element;
  };
  // What has not changed stays as it is: focus, place and selection are not lost.
  const shown = new Map();
  const changed = (id, value) => {
    const text = JSON.stringify(value);
    if (shown.get(id) === text) return false;
    shown.set(id, text);
    return true;
  };
  const none = (id, text) => at(id).replaceChildren(make("p", text, "none"));
  const say = (id, text) => {
    if (at(id).textContent !== text) at(id).textContent = text;
  };

  const table = (id, heads, rows, numbers, label, otherwise) => {
    if (!changed(id, rows)) return;
    if (!rows.length) {
      none(id, otherwise);
      return;
    }
    const body = make("tbody");
    for (const row of rows) {
      const line = make("tr");
      row.forEach((text, i) => line.append(make("td", text, numbers.includes(i) ? "number" : "")));
      body.append(line);
    }
    const before = at(id).querySelector("tbody");
    if (before) {
      before.replaceWith(body);
      return;
    }
    const scroll = make("div", undefined, "scroll");
    scroll.tabIndex = 0;
    scroll.setAttribute("role", "region");
    scroll.setAttribute("aria-label", label);
    const all = make("table");
    const head = make("tr");
    heads.forEach((text, i) => {
      const cell = make("th", text, numbers.includes(i) ? "number" : "");
      cell.scope = "col";
      head.append(cell);
    });
    const top = make("thead");
    top.append(head);
    all.append(top, body);
    scroll.append(all);
    at(id).replaceChildren(scroll);
  };

  const show = (value) => (value == null ? "" : value >= 100 ? Math.round(value).toString() : (Math.round(value * 10) / 10).toString());

  const tell = (data) => {
    document.title = data.title + (data.live ? " - " + data.ended : " - report");
    say("title", data.title);
    say("ended", data.ended);
    if (changed("facts", data.facts)) {
      at("facts").replaceChildren(...data.facts.map(([name, value]) => {
        const box = make("div");
        box.append(make("dt", name), make("dd", value, name === "failed" && value !== "0" ? "bad" : ""));
        return box;
      }));
    }
    table("failures", ["Count", "Cause", "First"], data.failures, [0], "Failures by cause", "Nothing failed.");
    if (data.again && changed("again", data.again)) {
      at("again").replaceChildren("Only these again: ", make("code", data.again));
    }
    table("pauses", ["Times", "Origin"], data.pauses, [0], "Pauses", "No server has asked for a pause.");
    table("settings", ["Option", "Value"], data.settings, [], "Settings", "All as by default.");
    const { seconds, done, failed, running, p50, p99 } = data.series;
    const step = Math.max(1, Math.ceil(seconds.length / 24));
    table(
      "numbers",
      ["Second", "Done/s", "Failed/s", "Running", "Median ms", "99 % ms"],
      seconds.map((_, i) => i).filter((i) => i % step === 0).map((i) =>
        [seconds[i], done[i], failed[i], running[i], p50[i], p99[i]].map(show)),
      [0, 1, 2, 3, 4, 5],
      "Numbers over time",
      "Nothing to show.");
  };

  const light = ["#0b5cad", "#b3261e", "#8a5a00", "#2e7d32", "#7b1fa2", "#00707a", "#57606a"];
  const dark = ["#7cb7ff", "#ff8a80", "#ffc766", "#8fdc93", "#dca3f5", "#6fe0e8", "#a2abb5"];
  const dashes = [[], [6, 3], [2, 3], [10, 3, 2, 3], [1, 2], [8, 2], [4, 4]];
  const darkMode = window.matchMedia("(prefers-color-scheme: dark)");
  const plots = new Map();

  const summary = (name, values, unit) => {
    const real = values.filter((value) => value != null);
    if (!real.length) return name + ": none";
    const mean = real.reduce((sum, value) => sum + value, 0) / real.length;
    return `${name}: ${show(Math.min(...real))} to ${show(Math.max(...real))}, average ${show(mean)} ${unit}`;
  };

  const alone = (values) => values.map((_, i) => i).filter((i) => values[i] != null && values[i - 1] == null && values[i + 1] == null);

  const draw = (id, seconds, lines, unit, logarithmic, otherwise) => {
    const place = at(id);
    const old = plots.get(id);
    if (!seconds.length || !lines.length) {
      if (old) old.plot.destroy();
      plots.delete(id);
      none(id, otherwise);
      return;
    }
    const positive = (values) => values.map((value) => (value == null || value <= 0 ? null : value));
    const values = [seconds, ...lines.map(([, values]) => (logarithmic ? positive(values) : values))];
    const label = lines.map(([name, values]) => summary(name, values, unit)).join("; ");
    const names = lines.map(([name]) => name).join();
    if (old && old.names === names && !old.sparse) {
      old.values = values;
      old.box.setAttribute("aria-label", label);
      old.plot.setData(values);
      return;
    }
    if (old) old.plot.destroy();
    const box = make("div");
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", label);
    place.replaceChildren(box);
    const each = { place, box, names, values, sparse: seconds.length < 3 };
    const build = () => {
      const style = getComputedStyle(document.documentElement);
      const ink = style.getPropertyValue("--soft").trim();
      const grid = style.getPropertyValue("--line").trim();
      const colours = darkMode.matches ? dark : light;
      const font = "12px system-ui, sans-serif";
      const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
      return new uPlot(
        {
          width: Math.max(220, place.clientWidth),
          height: 230,
          scales: { x: { time: false }, y: logarithmic ? { distr: 3 } : { range: (_, low, high) => [0, Math.max(1, high * 1.08)] } },
          axes: [
            // as many digits as tell one from the next
            { ...axis, values: (_, ticks, __, ___, step) => ticks.map((tick) => Number(tick.toFixed(Math.max(0, Math.ceil(-Math.log10(step))))) + " s") },
            { ...axis, size: 58, values: (_, ticks) => ticks.map((tick) => (tick == null ? "" : show(tick))) },
          ],
          series: [
            { label: "time", value: (_, value) => (value == null ? "--" : show(value) + " s") },
            ...lines.map(([name], i) => ({
              label: name,
              stroke: colours[i % colours.length],
              width: 2,
              dash: dashes[i % dashes.length],
              spanGaps: false,
              // no line leads to a point between two gaps
              points: { show: each.sparse, filter: (plot, line) => (each.sparse ? null : alone(plot.data[line])) },
              value: (_, value) => (value == null ? "--" : show(value) + " " + unit),
            })),
          ],
        },
        each.values,
        box);
    };
    each.build = build;
    each.plot = build();
    plots.set(id, each);
  };

  const fill = (data) => {
    tell(data);
    const { seconds, done, failed, running, p50, p90, p99, waiting } = data.series;
    const nothing = "Nothing to show.";
    draw("done", seconds, [["done", done], ["failed", failed]], "/s", false, nothing);
    draw("latency", seconds, [["median", p50], ["90 %", p90], ["99 %", p99]], "ms", true, nothing);
    draw("running", seconds, [["running", running]], "attempts", false, nothing);
    draw("waiting", seconds, Object.entries(waiting), "items", false, "Nothing had to wait.");
  };

  const again = () => {
    for (const each of plots.values()) {
      each.plot.destroy();
      each.plot = each.build();
    }
  };
  darkMode.addEventListener("change", again);
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth !== width) {
      width = window.innerWidth;
      for (const each of plots.values()) each.plot.setSize({ width: Math.max(220, each.place.clientWidth), height: 230 });
    }
  });

  fill(data);
  if (data.live) {
    const events = new EventSource("events");
    events.addEventListener("state", (event) => fill(JSON.parse(event.data)));
    events.addEventListener("end", (event) => {
      events.close();
      fill(JSON.parse(event.data));
    });
    events.addEventListener("error", () => {
      events.close();
      document.title = data.title + " - not connected";
      say("ended", "The connection to the run is lost; what was seen of it stands here. Load the page again to follow it further.");
    });
  }
})();
