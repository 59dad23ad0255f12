// What the modules of the page share: finding, making, asking, and words for people.

export const one = (selector, within = document) => within.querySelector(selector);
export const all = (selector, within = document) => [...within.querySelectorAll(selector)];

const words = new Map(all("[data-word]").map((node) => [node.dataset.word, node.textContent]));

/** A sentence of the page's template, by its name. */
export const word = (name) => words.get(name) ?? "";

/** Make an element: properties are set, children appended. */
export function make(tag, properties = {}, ...children) {
  const node = Object.assign(document.createElement(tag), properties);
  node.append(...children);
  return node;
}

/** An error that the sandbox named. */
export class Refused extends Error {
  constructor(name) {
    super(name);
    this.words = word(`error_${name}`) || word("error_other");
  }
}

/** Ask the sandbox; give JSON, or null when nothing changed. Throws Refused. */
export async function ask(path, options = {}) {
  let answer;
  try {
    answer = await fetch(path, { cache: "no-store", ...options });
  } catch {
    throw new Refused("unreachable");
  }
  if (answer.status === 304) return null;
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Refused(body.error ?? "other");
  return { body, etag: answer.headers.get("ETag") };
}

/** Post a form of plain values and files; a list gives its name to each. */
export async function post(path, values = {}) {
  const form = new FormData();
  for (const [name, value] of Object.entries(values)) {
    for (const each of [value].flat()) {
      if (each !== null && each !== undefined && each !== "") form.append(name, each);
    }
  }
  if ([...form.keys()].length === 0) form.append("nothing", "");
  return (await ask(path, { method: "POST", body: form })).body;
}

/**
 * Make `parent` hold one element for each item, in order, touching only what changed.
 * `key` names an item, `draw` makes its element. Focus stays where it was.
 */
export function reconcile(parent, items, key, draw) {
  const kept = new Map([...parent.children].map((node) => [node.dataset.key, node]));
  let place = parent.firstElementChild;
  for (const item of items) {
    const name = String(key(item));
    const drawnFrom = JSON.stringify(item);
    let node = kept.get(name);
    kept.delete(name);
    if (node?.drawnFrom !== drawnFrom) {
      const fresh = draw(item);
      fresh.dataset.key = name;
      fresh.drawnFrom = drawnFrom;
      if (node) {
        if (place === node) place = fresh;
        replaceKeepingFocus(node, fresh);
      }
      node = fresh;
    }
    if (place === node) place = node.nextElementSibling;
    else parent.insertBefore(node, place);
  }
  for (const node of kept.values()) node.remove();
}

function replaceKeepingFocus(old, fresh) {
  const focusable = "button, a, summary, audio";
  const position = all(focusable, old).indexOf(document.activeElement);
  const focused = old === document.activeElement || position >= 0;
  old.replaceWith(fresh);
  if (!focused) return;
  const target = all(focusable, fresh)[position] ?? fresh;
  if (target === fresh) fresh.tabIndex = -1;
  target.focus({ preventScroll: true });
}

const paris = { timeZone: "Europe/Paris" };
const language = document.documentElement.lang;
const formats = {
  clock: { ...paris, weekday: "long", day: "numeric", month: "long", year: "numeric", hour: "2-digit", minute: "2-digit", second: "2-digit" },
  hour: { ...paris, hour: "2-digit", minute: "2-digit" },
  day: { ...paris, weekday: "long", day: "numeric", month: "long" },
  mail: { ...paris, weekday: "long", day: "numeric", month: "long", hour: "2-digit", minute: "2-digit" },
};
const formatters = Object.fromEntries(
  Object.entries(formats).map(([name, options]) => [name, new Intl.DateTimeFormat(language, options)]),
);

/** An instant in Paris, in one of the shapes `clock`, `hour`, `day`, `mail`. */
export const inParis = (shape, instant) => formatters[shape].format(instant);
