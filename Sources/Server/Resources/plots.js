// Plots by dygraphs, where it is there.

import { number, timeText } from "/text.js";

export const hasPlots = () => typeof window.Dygraph === "function";

// The legend is ours; that of dygraphs sets styles in a way that the page's policy forbids, for every drawing.
if (hasPlots() && Array.isArray(window.Dygraph.PLUGINS)) {
  const { Plugins, PLUGINS } = window.Dygraph;
  if (Plugins?.Legend) window.Dygraph.PLUGINS = PLUGINS.filter((plugin) => plugin !== Plugins.Legend);
}

const colour = (name) => getComputedStyle(document.documentElement).getPropertyValue(name).trim();

/** Draws shaded spans behind a plot, with hatching, so that they show without colour too. */
function shade(spans) {
  return (context, area, plot) => {
    const [first, last] = plot.xAxisRange();
    for (const span of spans()) {
      const begin = Math.max(span.begin * 1000, first);
      const end = Math.min((span.on ? Infinity : span.end) * 1000, last);
      if (!(end >= begin)) continue;
      const left = plot.toDomXCoord(begin);
      const width = Math.max(2, plot.toDomXCoord(end) - left);
      context.save();
      context.beginPath();
      context.rect(left, area.y, width, area.h);
      context.clip();
      context.fillStyle = colour("--shade");
      context.fillRect(left, area.y, width, area.h);
      context.strokeStyle = colour("--shade");
      context.lineWidth = 2;
      context.beginPath();
      // One grid for all spans, or many short ones would fill the plot.
      for (let x = Math.floor((left - area.h) / 12) * 12; x < left + width; x += 12) {
        context.moveTo(x, area.y + area.h);
        context.lineTo(x + area.h, area.y);
      }
      context.stroke();
      context.restore();
    }
  };
}

function triangle(plot, series, context, x, y, fill, size) {
  context.fillStyle = fill;
  context.beginPath();
  context.moveTo(x, y - size - 1);
  context.lineTo(x + size, y + size);
  context.lineTo(x - size, y + size);
  context.closePath();
  context.fill();
}

function common(readout, describe) {
  const rest = readout?.textContent ?? "";
  return {
    legend: "never", labelsUTC: false, gridLineColor: colour("--line"), axisLineColor: colour("--line"),
    axisLabelFontSize: 12, highlightCircleSize: 3, rightGap: 10, animatedZooms: false,
    axes: {
      x: { pixelsPerLabel: 90 },
      y: { axisLabelWidth: 62, pixelsPerLabel: 32, axisLabelFormatter: (value) => number(value) },
    },
    highlightCallback: (event, x, points, row) => { if (readout) readout.textContent = describe(x, points, row); },
    unhighlightCallback: () => { if (readout) readout.textContent = rest; },
  };
}

/** A plot of scores. Points are [time, lowest, highest, last, threshold, flags]. */
export class ScorePlot {
  constructor(element, readout, spans, onZoom) {
    this.element = element;
    this.isLog = false;
    this.readout = readout;
    this.spans = spans;
    this.onZoom = onZoom;
  }

  show(points, { log = this.isLog } = {}) {
    if (!hasPlots()) { this.element.hidden = true; return; }
    this.points = points;
    if (points.length === 0) return;
    // On a logarithmic axis, what is not above zero stands at the bottom.
    let least = Infinity;
    if (log) for (const point of points) for (let at = 1; at <= 4; at++) if (point[at] > 0) least = Math.min(least, point[at]);
    const put = log ? (value) => (value === null ? null : Math.max(value, least)) : (value) => value;
    const rows = points.map(([time, lowest, highest, last, threshold, flags]) => {
      const limit = put(threshold);
      const mark = flags & 1 ? put(highest) : null;
      return [
        new Date(time * 1000), [put(lowest), put(last), put(highest)], [limit, limit, limit], [mark, mark, mark],
      ];
    });
    const isLog = log && Number.isFinite(least);
    if (this.plot && this.isLog === isLog) { this.plot.updateOptions({ file: rows }); return; }
    this.isLog = isLog;
    this.plot?.destroy();
    this.plot = new window.Dygraph(this.element, rows, {
      ...common(this.readout, (x, marks, row) => this.describe(row)),
      labels: ["time", "score", "threshold", "above"], customBars: true, logscale: isLog, fillAlpha: 0.3,
      colors: [colour("--score"), colour("--limit"), colour("--mark")], includeZero: false,
      series: {
        score: { strokeWidth: 1.5 },
        threshold: { strokeWidth: 1.5, strokePattern: [8, 4], highlightCircleSize: 0 },
        above: { strokeWidth: 0, drawPoints: true, pointSize: 4, drawPointCallback: triangle, highlightCircleSize: 0 },
      },
      underlayCallback: shade(this.spans),
      zoomCallback: (first, last) => this.onZoom?.(first / 1000, last / 1000, this.plot.isZoomed("x")),
    });
  }

  describe(row) {
    const point = this.points[row];
    if (!point) return "";
    const [time, lowest, highest, last, threshold, flags] = point;
    const range = lowest === highest ? number(last) : `${number(last)} (${number(lowest)} to ${number(highest)})`;
    const words = [flags & 1 ? "above the threshold" : "", flags & 2 ? "alarm" : ""].filter(Boolean).join(", ");
    return `${timeText(time)}: score ${range}, threshold ${number(threshold)}${words ? " – " + words : ""}`;
  }

  redraw() {
    this.plot?.destroy();
    this.plot = null;
    if (this.points) this.show(this.points);
  }
}

/** The times with the alarm on, as points of scores tell them: the list of alarms has the last ones alone. */
export function alarmSpans(points) {
  const spans = [];
  let isOn = false;
  points.forEach(([time, , , , , flags], at) => {
    const was = isOn;
    isOn = (flags & 2) !== 0;
    // A point tells of all readings since the one before.
    if (isOn && was) spans.at(-1).end = time;
    else if (isOn) spans.push({ begin: at > 0 ? points[at - 1][0] : time, end: time });
  });
  return spans;
}

/** Whether scores span so much that a logarithmic axis shows them better. */
export function spansDecades(points) {
  let [least, most] = [Infinity, 0];
  for (const point of points) {
    if (point[1] > 0) least = Math.min(least, point[1]);
    if (point[2] > 0) most = Math.max(most, point[2]);
  }
  return most / least > 1000;
}

/** A plot of one series. Rows are [time, value]. */
export class SeriesPlot {
  constructor(element, describe) {
    this.element = element;
    this.describe = describe;
  }

  show(rows) {
    if (!hasPlots()) { this.element.hidden = true; return; }
    const data = rows.map(([time, value]) => [new Date(time * 1000), value]);
    if (data.length === 0) return;
    if (this.plot) { this.plot.updateOptions({ file: data }); return; }
    this.plot = new window.Dygraph(this.element, data, {
      ...common(null, () => ""), labels: ["time", "value"], colors: [colour("--score")], strokeWidth: 1.25,
      drawPoints: data.length < 3, highlightCallback: (event, x, points) => this.describe?.(points[0]?.yval, x / 1000),
      unhighlightCallback: () => this.describe?.(undefined),
      axes: {
        x: { pixelsPerLabel: 60 },
        y: { axisLabelWidth: 44, pixelsPerLabel: 26, axisLabelFormatter: (value) => number(value) },
      },
    });
  }

  redraw() {
    this.plot?.destroy();
    this.plot = null;
  }

  remove() { this.plot?.destroy(); }
}

/** A line without axes. */
export function sparkline(values, words) {
  const space = "http://www.w3.org/2000/svg";
  const drawing = document.createElementNS(space, "svg");
  drawing.setAttribute("viewBox", "0 0 100 30");
  drawing.setAttribute("preserveAspectRatio", "none");
  drawing.setAttribute("class", "spark");
  drawing.setAttribute("role", "img");
  drawing.setAttribute("aria-label", words);
  const present = values.filter((value) => value !== null);
  const [low, high] = [Math.min(...present), Math.max(...present)];
  let part = [];
  const draw = () => {
    if (part.length === 0) return;
    // A single value is a short line.
    if (part.length === 1) part.push(`${Number(part[0].split(",")[0]) + 1},${part[0].split(",")[1]}`);
    const line = document.createElementNS(space, "polyline");
    line.setAttribute("points", part.join(" "));
    drawing.append(line);
    part = [];
  };
  values.forEach((value, index) => {
    if (value === null) { draw(); return; }
    const y = high > low ? 28 - (26 * (value - low)) / (high - low) : 15;
    part.push(`${((100 * index) / Math.max(1, values.length - 1)).toFixed(2)},${y.toFixed(2)}`);
  });
  draw();
  return drawing;
}
