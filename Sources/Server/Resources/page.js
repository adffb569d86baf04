// The page: what is listened to now. What is stored is in stored.js.

import { Live } from "/live.js";
import { ScorePlot, SeriesPlot, alarmSpans, hasPlots, spansDecades } from "/plots.js";
import { Stored, alarmRow } from "/stored.js";
import { byId, count, duration, make, milliseconds, number, say, time, timeText, zone } from "/text.js";

const FIRST_PLOTS = 6;
const MOST_ROWS = 60;

let chosenModel = 0;
/** The columns with a plot, in their order. */
let plotted = null;
let plots = new Map();
let columnNames = "";
let isLog = null;
let shown = { verdict: "none", until: 0 };
let wanted = new Set(["all"]);
let isScheduled = false;

const live = new Live((changed) => {
  for (const part of changed) wanted.add(part);
  schedule();
});
const stored = new Stored();
const scores = new ScorePlot(byId("score-plot"), byId("score-readout"), () => alarmSpans(model()?.points ?? []));

const model = () => live.models[chosenModel] ?? live.models[0];

/** Four times a second is as often as anybody can look. */
function schedule() {
  if (isScheduled) return;
  isScheduled = true;
  setTimeout(() => {
    isScheduled = false;
    const parts = wanted;
    wanted = new Set();
    show(parts);
  }, 250);
}

function show(parts) {
  const all = parts.has("all");
  showConnection();
  const hasStream = live.state !== "none";
  byId("live").hidden = !hasStream;
  byId("idle").hidden = hasStream || live.connection === "waiting";
  if (!hasStream) {
    if (all || parts.has("alarms")) showAlarms();
    return;
  }
  if (all) {
    if (!live.models[chosenModel]) chosenModel = 0;
    showFacts();
    layOutColumns();
  }
  if (all || parts.has("models") || parts.has("alarms") || parts.has("state")) {
    showVerdict();
    showModels();
  }
  if (all || parts.has("models")) {
    showScores();
    showValues();
  }
  if (all || parts.has("alarms")) showAlarms();
  showNumbers();
}

function showConnection() {
  const badge = byId("connection");
  const words = {
    none: "connected", running: "live", ended: "the stream has ended", stopped: "the stream was stopped",
  }[live.state] ?? "connected";
  if (live.connection === "lost") {
    badge.dataset.state = "lost";
    say(byId("connection-words"), "disconnected – trying again");
  } else if (live.connection === "waiting") {
    badge.dataset.state = "waiting";
    say(byId("connection-words"), "connecting");
  } else {
    badge.dataset.state = live.state === "ended" || live.state === "stopped" ? "ended" : "live";
    say(byId("connection-words"), words);
  }
  document.title = live.connection === "lost" ? "✕ Auscult" : `${verdictSign()}Auscult`;
}

const verdictSign = () => ({ alarm: "⚠ ", anomalous: "▲ " })[shown.verdict] ?? "";

function showFacts() {
  const facts = byId("facts");
  facts.replaceChildren();
  const row = (term, ...details) =>
    facts.append(make("dt", { textContent: term }), make("dd", {}, ...details));
  if (!live.facts) return;
  row("Listening to", live.facts.inputs.join(", "));
  row(live.facts.models.length > 1 ? "Models" : "Model", live.facts.models.join(", "));
  if (live.facts.forecaster) row("Forecaster", live.facts.forecaster);
  row("Since", time(live.facts.since));
  row("Now", make("span", { id: "source" }));
}

function showModels() {
  const group = byId("models");
  group.hidden = live.models.length < 2;
  if (group.hidden) return;
  if (group.children.length !== live.models.length) {
    group.replaceChildren(...live.models.map((one, index) => {
      const button = make("button", { type: "button" });
      button.addEventListener("click", () => {
        chosenModel = index;
        wanted.add("all");
        show(wanted);
        wanted = new Set();
      });
      return button;
    }));
  }
  live.models.forEach((one, index) => {
    const state = one.last?.alarm ? "⚠ alarm" : one.last?.anomalous ? "▲ anomalous" : one.last?.score === null ? "…" : "✓ normal";
    say(group.children[index], `${one.name || "model"}: ${state}`);
    group.children[index].setAttribute("aria-pressed", String(index === chosenModel));
  });
}

/** What was anomalous is shown for a second at least, or nobody would see it. */
function showVerdict() {
  const one = model();
  const last = one?.last;
  let verdict = "none";
  if (last) verdict = last.alarm ? "alarm" : last.anomalous || (one.flags & 1) ? "anomalous" : last.score === null ? "none" : "normal";
  if (one) one.flags = 0;
  const rank = ["none", "normal", "anomalous", "alarm"];
  if (rank.indexOf(verdict) < rank.indexOf(shown.verdict) && Date.now() < shown.until) {
    wanted.add("models");
    schedule();
    verdict = shown.verdict;
  } else {
    if (verdict !== shown.verdict) shown.until = Date.now() + 1000;
    shown.verdict = verdict;
  }
  const words = { none: "Waiting", normal: "Normal", anomalous: "Anomalous", alarm: "Alarm" };
  byId("verdict").dataset.verdict = verdict;
  say(byId("verdict-word"), words[verdict]);
  say(byId("verdict-words"), verdictWords(verdict, last));
  const source = byId("source");
  if (source && last) source.replaceChildren(last.source, ", ", time(last.time));
}

function verdictWords(verdict, last) {
  if (!last) return "No reading has come yet.";
  if (verdict === "none") return "The model has not seen enough yet.";
  if (verdict === "normal") return "The score is below the threshold.";
  const alarm = live.alarms.findLast((one) => one.on && one.model === (model()?.name ?? ""));
  const parts = [];
  if (last.anomalous) parts.push(`severity ${last.severity}`);
  const column = last.anomalous ? last.top_column : alarm?.column || last.top_column;
  if (column) parts.push(`most of it from ${column}`);
  if (alarm) parts.push(`alarm since ${timeText(alarm.begin)}`);
  return parts.length ? parts.join("; ") : "The score was above the threshold a moment ago.";
}

function showScores() {
  const one = model();
  if (!one) return;
  if (isLog === null && one.points.length > 20) {
    isLog = spansDecades(one.points);
    byId("score-log").checked = isLog;
  }
  scores.show(one.points, { log: isLog ?? false });
}

// MARK: Columns

function layOutColumns() {
  const one = model();
  const names = JSON.stringify(one?.columns ?? []);
  if (!one || names === columnNames) {
    for (const plot of plots.values()) plot.redraw?.();
    return;
  }
  columnNames = names;
  plotted = one.columns.slice(0, FIRST_PLOTS).map((column, index) => index);
  byId("search-label").hidden = one.columns.length < 8;
  byId("search").value = "";
  drawColumns();
}

function drawColumns() {
  for (const plot of plots.values()) plot.plot.remove();
  plots = new Map();
  const one = model();
  byId("column-plots").replaceChildren(...plotted.map((index) => {
    const column = one.columns[index];
    const value = make("span", { className: "value" });
    const area = make("div", { className: "plot", role: "img" });
    area.setAttribute("aria-label", `${column.name} over time`);
    const figure = make("figure", {},
      make("figcaption", {}, make("span", { className: "name", textContent: column.name }), value), area);
    const plot = new SeriesPlot(area, (at, when) => {
      const entry = plots.get(index);
      if (entry) entry.pointed = at === undefined ? null : `${number(at)} ${column.unit} at ${timeText(when)}`;
      showColumnValue(index);
    });
    plots.set(index, { plot, value, pointed: null });
    return figure;
  }));
  const rest = one.columns.length - plotted.length;
  say(byId("columns-hint"), rest > 0 ? `${plotted.length} of ${one.columns.length} columns have a plot; choose below.` : "");
}

function showColumnValue(index) {
  const entry = plots.get(index);
  const column = model()?.columns[index];
  if (!entry || !column) return;
  say(entry.value, entry.pointed ?? `${number(model().last?.values?.[index])} ${column.unit}`);
}

function showValues() {
  const one = model();
  if (!one) return;
  for (const [index, entry] of plots) {
    entry.plot.show(one.rows.map((row) => [row[0], row[index + 1]]));
    showColumnValue(index);
  }
  const words = byId("search").value.trim().toLowerCase().split(/\s+/).filter(Boolean);
  const found = [];
  one.columns.forEach((column, index) => {
    const name = column.name.toLowerCase();
    if (words.every((word) => name.includes(word))) found.push(index);
  });
  const rows = found.slice(0, MOST_ROWS);
  const forecast = one.last?.forecast;
  byId("forecast-head").hidden = !forecast;
  const body = byId("values").tBodies[0];
  const key = rows.join() + columnNames + Boolean(forecast);
  if (body.dataset.key !== key) {
    body.dataset.key = key;
    body.replaceChildren(...rows.map((index) => valueRow(one.columns[index], index, Boolean(forecast))));
  }
  rows.forEach((index, place) => {
    const cells = body.rows[place].cells;
    body.rows[place].classList.toggle("blamed", Boolean(one.last?.anomalous) && one.last.top_column === one.columns[index].name);
    say(cells[2], number(one.last?.values?.[index]));
    if (forecast) say(cells[4], number(forecast[one.columns[index].name]));
  });
  say(byId("values-more"), found.length > rows.length
    ? `${found.length - rows.length} more columns; find them by a part of their names.`
    : found.length === 0 ? "No column has such a name." : "");
}

function valueRow(column, index, hasForecast) {
  const box = make("input", { type: "checkbox", checked: plotted.includes(index) });
  box.setAttribute("aria-label", `Plot ${column.name}`);
  box.addEventListener("change", () => {
    plotted = box.checked ? [...plotted, index].sort((a, b) => a - b) : plotted.filter((one) => one !== index);
    drawColumns();
    showValues();
  });
  const row = make("tr", {}, make("td", {}, box), make("td", { textContent: column.name }),
    make("td", { className: "number" }), make("td", { textContent: column.unit }));
  if (hasForecast) row.append(make("td", { className: "number" }));
  return row;
}

// MARK: Alarms and numbers

async function showAlarms() {
  let alarms = [...live.alarms].reverse();
  if (live.state === "none") {
    try { alarms = await stored.alarms(); } catch { return; }
  }
  byId("alarms").hidden = alarms.length === 0;
  byId("alarms-empty").hidden = alarms.length > 0;
  byId("alarms").tBodies[0].replaceChildren(...alarms.slice(0, 30).map(alarmRow));
  scores.plot?.updateOptions({});
}

function showNumbers() {
  const numbers = live.numbers;
  const rows = [];
  const row = (term, value, isWide = false) => rows.push([term, value, isWide]);
  if (numbers) {
    row("Readings", count(numbers.readings));
    row("With the alarm on", count(numbers.alarms));
    row("Signal", duration(numbers.signal_seconds));
    row("Lag, in the middle", milliseconds(numbers.lag_median));
    row("Lag, 99 %", milliseconds(numbers.lag_99));
    row("Dropped for the page", count(numbers.dropped));
  }
  if (live.lost > 0) row("Events lost on the way here", count(live.lost));
  if (live.link) row("Link", `${{ up: "● ", stale: "◌ ", down: "✕ " }[live.link.state] ?? ""}${live.link.words}`, true);
  live.uploads.forEach((upload, index) => row(index === 0 ? "Uploads" : "", upload, true));
  const list = byId("numbers");
  if (list.children.length !== rows.length) {
    list.replaceChildren(...rows.map(() => make("div", {}, make("dt"), make("dd"))));
  }
  rows.forEach(([term, value, isWide], index) => {
    list.children[index].className = isWide ? "wide" : "";
    say(list.children[index].children[0], term);
    say(list.children[index].children[1], value);
  });
}

// MARK: Start

byId("plots-missing").hidden = hasPlots();
say(byId("zone"), zone());
byId("search").addEventListener("input", showValues);
byId("score-log").addEventListener("change", (event) => {
  isLog = event.target.checked;
  showScores();
});
matchMedia("(prefers-color-scheme: dark)").addEventListener("change", () => {
  scores.redraw();
  for (const entry of plots.values()) entry.plot.redraw();
  stored.redraw();
  if (live.state !== "none") showValues();
});
live.open();
stored.start();
