// Words, numbers and times. Everything that comes from data goes through textContent: a name may hold markup.

export const byId = (id) => document.getElementById(id);

/** Makes an element. `set` has properties such as className and textContent; children are elements or texts. */
export function make(tag, set = {}, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(set)) {
    if (name in element) element[name] = value;
    else element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

/** Changes a text only when it is another one, so that screen readers hear news alone. */
export function say(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

const local = new Intl.DateTimeFormat(undefined, {
  year: "numeric", month: "2-digit", day: "2-digit", hour: "2-digit", minute: "2-digit", second: "2-digit",
  timeZoneName: "short",
});
const clock = new Intl.DateTimeFormat(undefined, {
  hour: "2-digit", minute: "2-digit", second: "2-digit", timeZoneName: "short",
});

export const zone = () => Intl.DateTimeFormat().resolvedOptions().timeZone || "this machine's zone";

const isDate = (seconds) => Number.isFinite(seconds) && Math.abs(seconds) < 8.64e12;

export function timeText(seconds) {
  return isDate(seconds) ? local.format(new Date(seconds * 1000)) : "–";
}

/** A local time that shows UTC to who asks. */
export function time(seconds, short = false) {
  if (!isDate(seconds)) return make("span", { textContent: "–" });
  const date = new Date(seconds * 1000);
  const text = (short ? clock : local).format(date);
  return make("time", { dateTime: date.toISOString(), title: date.toISOString() + " (UTC)", textContent: text });
}

/** A number with four digits that count. */
export function number(value) {
  if (value === null || value === undefined || !Number.isFinite(value)) return "–";
  if (value === 0) return "0";
  const size = Math.abs(value);
  if (size >= 1e6 || size < 1e-3) return value.toExponential(3);
  if (size >= 1000) return value.toLocaleString(undefined, { maximumFractionDigits: 1 });
  return String(Number(value.toPrecision(4)));
}

export const count = (value) => (value ?? 0).toLocaleString();

export function duration(seconds) {
  if (!Number.isFinite(seconds)) return "–";
  if (seconds < 10) return `${Math.round(seconds * 100) / 100} s`;
  if (seconds < 120) return `${Math.round(seconds)} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 120) return `${minutes} min ${Math.round(seconds % 60)} s`;
  const hours = Math.floor(minutes / 60);
  return hours < 48 ? `${hours} h ${minutes % 60} min` : `${Math.floor(hours / 24)} d ${hours % 24} h`;
}

export const milliseconds = (seconds) =>
  seconds === null || seconds === undefined ? "–" : `${number(seconds * 1000)} ms`;

/** Asks the server for JSON. */
export async function ask(path) {
  const reply = await fetch(path, { headers: { Accept: "application/json" }, cache: "no-store" });
  if (!reply.ok) throw new Error(`${reply.status} ${reply.statusText}`);
  return reply.json();
}
