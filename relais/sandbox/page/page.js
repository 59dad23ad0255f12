// The sandbox's page: asks for the state every second, and shows what changed.

import { Chat, showTopics, topicName } from "./chat.js";
import { all, ask, inParis, one, post, Refused, word } from "./dom.js";
import { Mailboxes } from "./mail.js";
import { listenToTrials } from "./trials.js";

const EVERY = 1000;
const WIDE = matchMedia("(min-width: 68rem)");

let state = null;
let etag = "";
let topicId; // of the group, the one that is shown
let asking = false;
const seen = new Map(); // topic or chat → number of messages seen

const person = () => one("#person").value; // whose private chat is shown
const player = () => one("#player").value; // who one is in the group
const numberOf = (name) => state.chats[name].chat.id; // a private chat has its person's number
const agent = new Chat("agent", { player: person, chat: person, me: () => numberOf(person()), act });
const group = new Chat("group", { player, chat: () => "group", me: () => numberOf(player()), act });
const mailboxes = new Mailboxes({ act, toast: (words) => trouble(words, "kind") });

// --- asking ---------------------------------------------------------------------------------------

/** Do something, say courteously what went wrong, then look at what came of it. */
async function act(deed, { refresh: again = true } = {}) {
  try {
    await deed();
    if (again) await refresh();
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    trouble(error.words);
  }
}

async function refresh() {
  if (asking) return;
  asking = true;
  try {
    const answer = await ask("/api/state", { headers: etag ? { "If-None-Match": etag } : {} });
    if (lost) trouble("");
    lost = false;
    if (answer) {
      state = answer.body;
      etag = answer.etag;
      show();
    }
  } catch (error) {
    if (!(error instanceof Refused)) throw error;
    lost = true;
    trouble(error.words);
  } finally {
    asking = false;
  }
}

let lost = false;

let troubling;
function trouble(words, kind = "") {
  const node = one("#trouble");
  node.textContent = words;
  node.dataset.kind = kind;
  node.hidden = !words;
  clearTimeout(troubling);
  if (words && !lost) troubling = setTimeout(() => trouble(""), 8000);
}

// --- showing --------------------------------------------------------------------------------------

function show() {
  showClock();
  showAgent();
  showGroup();
  mailboxes.show(state.mailboxes);
  showCounts();
  showGuide();
}

function showClock() {
  if (!state) return;
  const now = new Date(Date.now() + state.ahead * 1000);
  one("#now").dateTime = now.toISOString();
  one("#now").textContent = inParis("clock", now);
  for (const button of all("[data-hours]")) button.disabled = state.advancing;
  one(".clock").setAttribute("aria-busy", String(state.advancing));
}

function showAgent() {
  const topic = state.chats[person()].topics[0];
  one("#invitation").hidden = person() !== "agent" || topic.messages.some((message) => message.text.startsWith("/start "));
  agent.show(topic, state.commands[person()]);
  if (isShown("agent")) seen.set(person(), topic.messages.length);
  const options = all("#person option");
  for (const option of options) {
    option.dataset.name ??= option.textContent;
    const label = hasNews(option.value) ? `${option.dataset.name} (${word("new_messages")})` : option.dataset.name;
    if (option.textContent !== label) option.textContent = label;
  }
  one('[data-dot="agent"]').hidden = !options.some((option) => hasNews(option.value));
  one("#person-face").textContent = initials(one("#person").selectedOptions[0].dataset.name);
}

const hasNews = (name) => state.chats[name].topics[0].messages.length > (seen.get(name) ?? 0);

const initials = (name) => name.split(",")[0].split(" ").slice(0, 2).map((part) => part[0]).join("").toUpperCase();

function showGroup() {
  const { topics } = state.chats.group;
  const chosen = topics.find((topic) => topic.thread_id === topicId) ?? liveliest(topics);
  topicId = chosen.thread_id;
  for (const topic of topics) {
    if (!seen.has(topic.thread_id) && first) seen.set(topic.thread_id, topic.messages.length);
  }
  if (isShown("group")) seen.set(topicId, chosen.messages.length);
  one("#topic-title").textContent = topicName(chosen);
  group.show(chosen, state.commands.group);
  showTopics(topics, topicId, isUnread, chooseTopic);
  one('[data-dot="group"]').hidden = !topics.some(isUnread);
  first = false;
}

let first = true;

const liveliest = (topics) => topics.find((topic) => topic.messages.length > 1) ?? topics[0];

const isUnread = (topic) => topic.messages.length > (seen.get(topic.thread_id) ?? 0);

function chooseTopic(threadId) {
  topicId = threadId;
  showGroup();
}

function showCounts() {
  const total = state.mailboxes.reduce((sum, box) => sum + box.count, 0);
  for (const node of all("[data-count=mail]")) {
    node.textContent = total;
    node.hidden = total === 0;
  }
}

let steps = "";
function showGuide() {
  const wanted = JSON.stringify(state.guide);
  if (wanted === steps) return;
  steps = wanted;
  const items = all("[data-step]");
  const next = items.find((item) => !state.guide[item.dataset.step]);
  for (const item of items) {
    item.classList.toggle("done", state.guide[item.dataset.step]);
    item.classList.toggle("next", item === next);
    one("details", item).open = item === next;
  }
  const count = Object.values(state.guide).filter(Boolean).length;
  one("#finished").hidden = Boolean(next);
  one("#progress").value = count;
  one("#progress-words").textContent = `${word("steps_done")} ${count} ${word("out_of")} ${items.length}`;
}

// --- moving about ---------------------------------------------------------------------------------

const isShown = (panel) => WIDE.matches || document.body.dataset.panel === panel;

function go(panel) {
  document.body.dataset.panel = panel;
  if (panel === "guide" || panel === "mail") openTab(panel);
  for (const button of all(".bar button")) {
    if (button.dataset.panel === panel) button.setAttribute("aria-current", "page");
    else button.removeAttribute("aria-current");
  }
  if (state) show();
  if (panel === "agent") agent.toBottom();
  if (panel === "group") group.toBottom();
}

function openTab(name) {
  for (const tab of all("[data-tab]")) {
    const chosen = tab.dataset.tab === name;
    tab.setAttribute("aria-selected", String(chosen));
    tab.tabIndex = chosen ? 0 : -1;
    one(`#${tab.dataset.tab}`).hidden = !chosen;
  }
}

function arrows(event) {
  if (event.key !== "ArrowLeft" && event.key !== "ArrowRight") return;
  const other = all("[data-tab]").find((tab) => tab !== event.target);
  go(other.dataset.tab);
  other.focus();
}

function topicNamed(name) {
  return state.chats.group.topics.find((topic) => topic.name === name);
}

function lastQuestion() {
  return state.chats.group.topics.findLast(
    (topic) => topic.messages[0]?.service === "forum_topic_created" && topic.messages[0].from.is_bot,
  );
}

/** Do what a button of the visit proposes: go somewhere, prepare words there. */
function follow({ go: panel, fill, person: whose = "agent", topic, reply, words }) {
  const wanted = reply ? lastQuestion() : topic && topicNamed(topic);
  if (reply && !wanted) return trouble(word("no_question_yet"));
  if (wanted) topicId = wanted.thread_id;
  if (fill === "group") one("#player").value = "animator";
  if (fill === "agent" || panel === "agent") one("#person").value = whose;
  go(panel ?? fill);
  const chat = { agent, group }[fill];
  if (reply && chat) chat.setReply(wanted.messages.find((message) => message.from.is_bot && !message.service && message.buttons.length === 0) ?? null);
  if (chat) chat.fill(words);
}

function listen() {
  for (const button of all(".bar button")) button.addEventListener("click", () => go(button.dataset.panel));
  for (const tab of all("[data-tab]")) {
    tab.addEventListener("click", () => go(tab.dataset.tab));
    tab.addEventListener("keydown", arrows);
  }
  for (const button of all("[data-go], [data-fill]")) button.addEventListener("click", () => follow(button.dataset));
  for (const button of all("[data-hours]")) {
    button.addEventListener("click", () => act(() => post("/api/advance", { hours: button.dataset.hours })));
  }
  listenToTrials({
    privately: () => ({ chat: person(), as: person() }),
    group: () => ({ chat: "group", as: player(), thread_id: topicId }),
    act,
    say: (words) => trouble(words, "kind"),
  });
  one("#player").addEventListener("change", () => state && showGroup());
  one("#person").addEventListener("change", () => state && showAgent());
  one("#open-invitation").addEventListener("click", () => act(() => post("/api/start")).then(() => one("[data-composer=agent] textarea").focus()));
  document.addEventListener("visibilitychange", () => { if (!document.hidden) refresh(); });
}

listen();
openTab("guide");
go("agent");
await refresh();
setInterval(() => { if (!document.hidden) refresh(); }, EVERY);
setInterval(showClock, EVERY);
