// The stream as the server tells it: a snapshot, then updates. See docs/server.md for what they hold.

const MOST_POINTS = 4000;
const MOST_VALUES = 400000;

export class Live {
  /** @param onChange called after every event with the set of what changed. */
  constructor(onChange) {
    this.onChange = onChange;
    this.connection = "waiting";
    this.lost = 0;
    this.heard = 0;
    this.reset();
  }

  reset() {
    Object.assign(this, {
      state: "none", facts: null, models: [], alarms: [], numbers: null, link: null, uploads: [],
    });
  }

  open() {
    this.source?.close();
    const source = new EventSource("/events");
    this.source = source;
    source.addEventListener("snapshot", (event) => this.hear(event, (data) => this.takeSnapshot(data)));
    source.addEventListener("update", (event) => this.hear(event, (data) => this.takeUpdate(data)));
    source.addEventListener("lost", (event) => this.hear(event, (data) => this.takeLost(data)));
    source.onerror = () => {
      this.setConnection("lost");
      // A refusal closes for good; a broken connection is opened again by the browser.
      if (source.readyState === EventSource.CLOSED && this.source === source) this.openLater();
    };
    if (!this.watch) this.watch = setInterval(() => this.check(), 5000);
  }

  openLater() {
    clearTimeout(this.later);
    this.later = setTimeout(() => this.open(), 3000);
  }

  /** A network that is gone without a word: nobody closes, and nothing comes. */
  async check() {
    if (this.connection !== "live" || Date.now() - this.heard < 15000) return;
    const source = this.source;
    try {
      await fetch("/health", { cache: "no-store", signal: AbortSignal.timeout(5000) });
      this.heard = Date.now();
    } catch {
      if (this.source !== source) return;
      this.setConnection("lost");
      this.open();
    }
  }

  setConnection(connection) {
    if (this.connection === connection) return;
    this.connection = connection;
    this.onChange(new Set(["connection"]));
  }

  hear(event, take) {
    this.heard = Date.now();
    let data;
    try { data = JSON.parse(event.data); } catch { return; }
    this.setConnection("live");
    this.onChange(take(data));
  }

  takeSnapshot(data) {
    this.reset();
    Object.assign(this, data);
    this.models = data.models.map((model) => ({ ...model, worst: null }));
    return new Set(["all"]);
  }

  takeUpdate(data) {
    const changed = new Set(Object.keys(data));
    for (const news of data.models ?? []) {
      const model = this.models[news.index];
      if (!model) continue;
      if (news.point) {
        model.points.push(news.point);
        if (model.points.length > MOST_POINTS) model.points.splice(0, MOST_POINTS / 4);
        model.flags = (model.flags ?? 0) | news.point[5];
      }
      if (news.last) {
        const { values, forecast } = model.last ?? {};
        model.last = { values, forecast, ...news.last };
        if (news.last.values) {
          model.rows.push([news.last.time, ...news.last.values]);
          const most = Math.max(50, Math.floor(MOST_VALUES / (model.columns.length + 1)));
          if (model.rows.length > Math.min(MOST_POINTS, most)) model.rows.splice(0, Math.ceil(model.rows.length / 4));
        }
      }
    }
    for (const part of ["state", "alarms", "numbers", "link", "uploads"]) if (part in data) this[part] = data[part];
    return changed;
  }

  /** Events were lost on the way: what they said is asked for anew, not more often than every five seconds. */
  takeLost(data) {
    this.lost += data.events;
    if (!this.asking) {
      this.asking = setTimeout(async () => {
        this.asking = null;
        try {
          const reply = await fetch("/api/live", { cache: "no-store" });
          if (reply.ok) this.onChange(this.takeSnapshot(await reply.json()));
        } catch { /* The event stream tells when the server is gone. */ }
      }, 5000);
    }
    return new Set(["numbers"]);
  }
}
