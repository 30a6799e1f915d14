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
  const none = (id, text) => at(id).append(make("p", text, "none"));

  document.title = data.title + " - report";
  at("title").textContent = data.title;
  at("ended").textContent = data.ended;

  for (const [name, value] of data.facts) {
    const box = make("div");
    box.append(make("dt", name), make("dd", value, name === "failed" && value !== "0" ? "bad" : ""));
    at("facts").append(box);
  }

  const table = (id, heads, rows, numbers, label) => {
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
    const body = make("tbody");
    for (const row of rows) {
      const line = make("tr");
      row.forEach((text, i) => line.append(make("td", text, numbers.includes(i) ? "number" : "")));
      body.append(line);
    }
    all.append(top, body);
    scroll.append(all);
    at(id).append(scroll);
  };
  if (data.failures.length) table("failures", ["Count", "Cause", "First"], data.failures, [0], "Failures by cause");
  else none("failures", "Nothing failed.");
  if (data.again) {
    at("again").append("Only these again: ", make("code", data.again));
  }
  if (data.pauses.length) table("pauses", ["Times", "Origin"], data.pauses, [0], "Pauses");
  else none("pauses", "No server has asked for a pause.");
  if (data.settings.length) table("settings", ["Option", "Value"], data.settings, [], "Settings");
  else none("settings", "All as by default.");

  const series = data.series;
  const seconds = series.seconds;
  const show = (value) => (value == null ? "" : value >= 100 ? Math.round(value).toString() : (Math.round(value * 10) / 10).toString());
  const step = Math.max(1, Math.ceil(seconds.length / 24));
  table(
    "numbers",
    ["Second", "Done/s", "Failed/s", "Running", "Median ms", "99 % ms"],
    seconds.map((_, i) => i).filter((i) => i % step === 0).map((i) =>
      [seconds[i], series.done[i], series.failed[i], series.running[i], series.p50[i], series.p99[i]].map(show)),
    [0, 1, 2, 3, 4, 5],
    "Numbers over time");

  const light = ["#0b5cad", "#b3261e", "#8a5a00", "#2e7d32", "#7b1fa2", "#00707a", "#57606a"];
  const dark = ["#7cb7ff", "#ff8a80", "#ffc766", "#8fdc93", "#dca3f5", "#6fe0e8", "#a2abb5"];
  const dashes = [[], [6, 3], [2, 3], [10, 3, 2, 3], [1, 2], [8, 2], [4, 4]];
  const darkMode = window.matchMedia("(prefers-color-scheme: dark)");
  const plots = [];

  const summary = (name, values, unit) => {
    const real = values.filter((value) => value != null);
    if (!real.length) return name + ": none";
    const mean = real.reduce((sum, value) => sum + value, 0) / real.length;
    return `${name}: ${show(Math.min(...real))} to ${show(Math.max(...real))}, average ${show(mean)} ${unit}`;
  };

  const draw = (id, lines, unit, logarithmic) => {
    const place = at(id);
    if (!seconds.length || !lines.length) {
      none(id, "Nothing to show.");
      return;
    }
    const label = lines.map(([name, values]) => summary(name, values, unit)).join("; ");
    const box = make("div");
    box.setAttribute("role", "img");
    box.setAttribute("aria-label", label);
    place.append(box);
    const build = () => {
      const style = getComputedStyle(document.documentElement);
      const ink = style.getPropertyValue("--soft").trim();
      const grid = style.getPropertyValue("--line").trim();
      const colours = darkMode.matches ? dark : light;
      const font = "12px system-ui, sans-serif";
      const axis = { stroke: ink, font, grid: { stroke: grid, width: 1 }, ticks: { stroke: grid, width: 1 } };
      const positive = (values) => values.map((value) => (value == null || value <= 0 ? null : value));
      return new uPlot(
        {
          width: Math.max(220, place.clientWidth),
          height: 230,
          scales: { x: { time: false }, y: logarithmic ? { distr: 3 } : { range: (_, low, high) => [0, Math.max(1, high * 1.08)] } },
          axes: [
            { ...axis, values: (_, ticks) => ticks.map((tick) => show(tick) + " s") },
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
              points: { show: seconds.length < 3 },
              value: (_, value) => (value == null ? "--" : show(value) + " " + unit),
            })),
          ],
        },
        [seconds, ...lines.map(([, values]) => (logarithmic ? positive(values) : values))],
        box);
    };
    plots.push({ place, build, plot: build() });
  };

  draw("done", [["done", series.done], ["failed", series.failed]], "/s", false);
  draw("latency", [["median", series.p50], ["90 %", series.p90], ["99 %", series.p99]], "ms", true);
  draw("running", [["running", series.running]], "attempts", false);
  const waiting = Object.entries(series.waiting);
  if (waiting.length) draw("waiting", waiting, "items", false);
  else none("waiting", "Nothing had to wait.");

  const again = () => {
    for (const each of plots) {
      each.plot.destroy();
      each.plot = each.build();
    }
  };
  darkMode.addEventListener("change", again);
  let width = window.innerWidth;
  window.addEventListener("resize", () => {
    if (window.innerWidth !== width) {
      width = window.innerWidth;
      for (const each of plots) each.plot.setSize({ width: Math.max(220, each.place.clientWidth), height: 230 });
    }
  });
})();
