// What is stored: channels, runs and alarms.

import { ScorePlot, hasPlots, sparkline } from "/plots.js";
import { ask, byId, count, duration, make, number, say, time } from "/text.js";

const EVERY = 15000;

/** A row of the table of alarms. */
export function alarmRow(alarm) {
  const end = alarm.on ? make("span", { textContent: "still on" }) : time(alarm.end);
  return make("tr", { className: alarm.on ? "on" : "" },
    make("td", {}, time(alarm.begin)), make("td", {}, end),
    make("td", { className: "number", textContent: duration(alarm.end - alarm.begin) }),
    make("td", { textContent: alarm.column }),
    make("td", { className: "number", textContent: number(alarm.highest_score) }),
    make("td", { className: "long", textContent: alarm.model ? `${alarm.source} (${alarm.model})` : alarm.source }));
}

export class Stored {
  constructor() {
    this.spans = [];
    this.key = "";
    this.plot = new ScorePlot(byId("run-plot"), byId("run-readout"), () => this.spans,
      (first, last, isZoomed) => this.showReadings(isZoomed ? first : null, isZoomed ? last : null));
  }

  start() {
    const refresh = async () => {
      if (!document.hidden) await Promise.allSettled([this.showChannels(), this.showRuns()]);
      setTimeout(refresh, EVERY);
    };
    refresh();
  }

  redraw() { this.plot.redraw(); }

  async alarms() { return (await ask("/api/alarms?limit=30")).alarms; }

  // MARK: Channels

  async showChannels() {
    const { channels } = await ask("/api/channels");
    byId("channels-empty").hidden = channels.length > 0;
    const key = JSON.stringify(channels);
    if (key === this.key) return;
    this.key = key;
    // Channels of which nothing can be shown take a line; a hundred are enough for one page.
    const views = await Promise.all(channels.slice(0, 100).map((channel) => this.channelView(channel)));
    byId("channels").replaceChildren(...views);
  }

  async channelView(channel) {
    const head = make("div", { className: "head" },
      make("strong", { textContent: `${channel.id} ${channel.name}` }),
      make("span", { className: "hint" }));
    const view = make("div", { className: "channel" }, head);
    if (!channel.shown) {
      head.lastChild.textContent = "private: a server with --token shows it here";
      return view;
    }
    head.lastChild.append(channel.public ? "" : "private; ",
      ...(channel.last === null ? ["nothing was written yet"] : ["last entry ", time(channel.last)]));
    if (channel.last === null) return view;
    try {
      const feed = await ask(`/api/channels/${channel.id}/feeds?results=300`);
      view.append(make("div", { className: "fields" }, ...feed.fields.map((name, index) => {
        const values = feed.rows.map((row) => row[index + 1]);
        const last = values.findLast((value) => value !== null);
        const figure = make("figure", {},
          make("figcaption", {}, make("span", { className: "name", textContent: name }),
            make("span", { className: "value", textContent: number(last) })));
        if (last !== undefined) figure.append(sparkline(values, `${name}: the last ${values.length} entries`));
        return figure;
      })));
    } catch (error) {
      view.append(make("p", { className: "hint", textContent: `its entries cannot be shown (${error.message})` }));
    }
    return view;
  }

  // MARK: Runs

  async showRuns() {
    const { runs } = await ask("/api/runs");
    byId("runs-empty").hidden = runs.length > 0;
    byId("runs").hidden = runs.length === 0;
    byId("runs").tBodies[0].replaceChildren(...runs.slice(0, 50).map((run) => this.runRow(run)));
  }

  runRow(run) {
    const button = make("button", { type: "button", className: "link", textContent: `Run ${run.id}` });
    button.addEventListener("click", () => this.showRun(run));
    button.disabled = run.readings === 0;
    const state = run.ended === null ? "not ended" : run.complete ? "complete" : "interrupted";
    return make("tr", {}, make("td", {}, button), make("td", {}, time(run.started)),
      make("td", { className: "long", textContent: `${run.inputs.join(", ")} · ${run.model_files.join(", ")}` }),
      make("td", { className: "number", textContent: count(run.readings) }), make("td", { textContent: state }));
  }

  async showRun(run) {
    this.run = run;
    byId("run").hidden = false;
    say(byId("run-title"), `Run ${run.id}: ${run.inputs.join(", ")}`);
    byId("run-title").focus();
    try {
      this.spans = (await ask(`/api/alarms?run=${run.id}&limit=1000`)).alarms;
    } catch {
      this.spans = [];
    }
    await this.showReadings(null, null);
  }

  /** Draws the readings of a span of time, as finely as the plot can show it. */
  async showReadings(first, last) {
    const range = first === null ? "" : `&from=${first}&to=${last}`;
    try {
      const { readings } = await ask(`/api/runs/${this.run.id}/readings?points=2000${range}`);
      const points = readings.filter((one) => one.score !== null).map((one) =>
        [one.time, one.score, one.score, one.score, one.threshold, (one.anomalous ? 1 : 0) + (one.alarm ? 2 : 0)]);
      if (first === null) say(byId("run-readout"), points.length === 0
        ? "None of its readings has a score."
        : `${count(this.run.readings)} readings${hasPlots() ? "; drag to look closer, double-click for all" : ""}. Shaded is the alarm.`);
      this.plot.show(points);
    } catch (error) {
      say(byId("run-readout"), `The readings cannot be shown (${error.message}).`);
    }
  }
}
