// The two chats: messages as Telegram would show them, buttons, and what one writes.

import { all, inParis, make, one, post, reconcile, word } from "./dom.js";

const TONES = 6;
const NEAR_BOTTOM = 60;

/** One chat on the page: its log, its composer, who plays in it. */
export class Chat {
  constructor(name, { player, chat, me, act, changed }) {
    this.name = name;
    this.player = player;
    this.chat = chat;
    this.me = me;
    this.act = act;
    this.changed = changed;
    this.log = one(`#${name}-log`);
    this.form = one(`[data-composer="${name}"]`);
    this.threadId = null;
    this.place = null;
    this.drafts = new Map();
    this.replyTo = null;
    this.editing = null;
    this.listen();
  }

  part(name) {
    return one(`[data-part="${name}"]`, this.form);
  }

  listen() {
    this.form.addEventListener("submit", (event) => this.submit(event));
    const text = this.part("text");
    text.addEventListener("input", () => grow(text));
    text.addEventListener("focus", () => { this.part("menu").open = false; });
    text.addEventListener("keydown", (event) => this.typed(event));
    text.addEventListener("paste", (event) => this.pasted(event));
    this.part("file").addEventListener("change", () => this.showFile());
    this.part("forget-file").addEventListener("click", () => this.forgetFile());
    this.part("forget-reply").addEventListener("click", () => this.forget());
    closeOnLeaving(this.part("menu"));
    this.log.addEventListener("scroll", () => { this.stuck = this.isAtBottom(); });
    this.log.addEventListener("load", () => { if (this.stuck) this.toBottom(); }, true); // pictures
  }

  // --- showing

  /** Show a topic's messages; stay at the bottom if one was there. */
  show(topic, commands) {
    const place = `${this.chat()}:${topic.thread_id}`;
    const moved = place !== this.place;
    if (moved) this.moveTo(place);
    this.threadId = topic.thread_id;
    const atBottom = moved || this.isAtBottom();
    this.messages = new Map(topic.messages.map((message) => [message.message_id, message]));
    const rows = withDays(topic.messages.map((message) => this.withQuote(message)));
    reconcile(this.log, rows, (row) => row.key, (row) => this.draw(row));
    this.log.classList.toggle("empty", rows.length === 0);
    this.log.dataset.empty = word("nothing_said");
    if (atBottom) this.toBottom();
    this.showCommands(commands);
  }

  moveTo(place) {
    const text = this.part("text");
    this.drafts.set(this.place, text.value);
    this.place = place;
    text.value = this.drafts.get(place) ?? "";
    grow(text);
    this.setReply(null);
    this.log.replaceChildren();
  }

  withQuote(message) {
    const quoted = this.messages.get(message.reply_to);
    const quote = quoted && { author: nameOf(quoted.from), words: summary(quoted) };
    return { ...message, key: message.message_id, quote, own: message.from.id === this.me() };
  }

  draw(row) {
    if (row.day) return make("p", { className: "day", textContent: row.day });
    if (row.service) return make("p", { className: "service", textContent: word(row.service) });
    if (row.text.startsWith("/start ")) {
      return make("p", { className: "service", textContent: word("invitation_opened") });
    }
    return this.drawMessage(row);
  }

  drawMessage(message) {
    const node = one("#message").content.firstElementChild.cloneNode(true);
    node.classList.toggle("mine", !message.from.is_bot);
    node.classList.toggle("follows", message.follows);
    node.dataset.tone = Math.abs(message.from.id) % TONES;
    one(".author", node).textContent = nameOf(message.from) + forwarded(message);
    one(".words", node).innerHTML = message.html; // escaped by the sandbox, tag by tag
    for (const link of all(".words a", node)) openElsewhere(link);
    one(".files", node).append(...message.files.map(drawFile));
    one("[data-part=pinned]", node).hidden = !message.pinned;
    one("[data-part=edited]", node).hidden = !message.edited;
    const time = one("time", node);
    time.dateTime = new Date(message.date * 1000).toISOString();
    time.textContent = inParis("hour", message.date * 1000);
    this.drawQuote(node, message);
    one("[data-part=reply]", node).addEventListener("click", () => this.setReply(message, true));
    one("[data-part=edit]", node).hidden = !message.own;
    one("[data-part=edit]", node).addEventListener("click", () => this.edit(message));
    one(".keys", node).append(...message.buttons.map((row) => this.drawKeys(message, row)));
    return node;
  }

  drawQuote(node, message) {
    const quote = one("[data-part=quote]", node);
    if (!message.quote) return;
    quote.hidden = false;
    one("b", quote).textContent = message.quote.author;
    one("span", quote).textContent = message.quote.words;
    quote.addEventListener("click", () => this.point(message.reply_to));
  }

  drawKeys(message, row) {
    return make("div", { className: "row" }, ...row.map((key) => this.drawKey(message, key)));
  }

  drawKey(message, key) {
    if (key.url) return openElsewhere(make("a", { href: key.url, textContent: `${key.text} ↗`, className: "key" }));
    const button = make("button", { type: "button", textContent: key.text, className: "key" });
    button.addEventListener("click", () => this.press(message, key, button));
    return button;
  }

  point(messageId) {
    const node = one(`[data-key="${messageId}"]`, this.log);
    if (!node) return;
    node.scrollIntoView({ block: "center" });
    node.classList.remove("pointed");
    requestAnimationFrame(() => node.classList.add("pointed"));
  }

  showCommands(commands) {
    const list = this.part("commands");
    this.part("menu").hidden = commands.length === 0;
    reconcile(list, commands, (command) => command.command, (command) => {
      const button = make("button", { type: "button" }, make("b", { textContent: command.description }), make("span", { textContent: `/${command.command}` }));
      button.addEventListener("click", () => this.command(command));
      return make("li", {}, button);
    });
  }

  isAtBottom() {
    return this.log.scrollHeight - this.log.scrollTop - this.log.clientHeight < NEAR_BOTTOM;
  }

  toBottom() {
    this.stuck = true;
    this.log.scrollTop = this.log.scrollHeight;
  }

  /** Say for a few seconds what the bot answered. */
  toast(words) {
    const node = one(`[data-toast="${this.name}"]`);
    node.textContent = words;
    clearTimeout(this.toasting);
    this.toasting = setTimeout(() => { node.textContent = ""; }, 6000);
  }

  // --- doing

  press(message, key, button) {
    button.setAttribute("aria-busy", "true");
    return this.act(async () => {
      const { answers } = await post("/api/presses", {
        chat: this.chat(), as: this.player(), message_id: message.message_id, data: key.callback_data,
      });
      if (answers.length === 0) this.toast(word("no_answer"));
      for (const answer of answers) this.tell(answer);
    }).finally(() => button.removeAttribute("aria-busy"));
  }

  tell(answer) {
    if (!answer.text) return;
    if (!answer.show_alert) return this.toast(answer.text);
    one("#alert-words").textContent = answer.text;
    one("#alert").showModal();
  }

  command(command) {
    this.part("menu").open = false;
    this.part("text").focus();
    this.send({ text: `/${command.command}` });
  }

  submit(event) {
    event.preventDefault();
    const text = this.part("text").value.trim();
    const file = [...this.part("file").files];
    if (!text && file.length === 0) return this.part("text").focus();
    if (this.editing) return this.correct(text);
    this.send({ text, file, reply_to: this.replyTo }, () => this.clear());
  }

  correct(text) {
    return this.act(async () => {
      await post("/api/edits", { chat: this.chat(), as: this.player(), message_id: this.editing, text });
      this.clear();
    });
  }

  send(values, sent = () => {}) {
    return this.act(async () => {
      await post("/api/messages", { chat: this.chat(), as: this.player(), thread_id: this.threadId, ...values });
      sent();
      this.toBottom();
    });
  }

  clear() {
    this.part("text").value = "";
    grow(this.part("text"));
    this.forgetFile();
    this.setReply(null);
  }

  typed(event) {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) {
      event.preventDefault();
      this.form.requestSubmit();
    }
    if (event.key === "Escape") this.forget();
  }

  pasted(event) {
    if (event.clipboardData.files.length === 0) return;
    this.part("file").files = event.clipboardData.files;
    this.showFile();
  }

  showFile() {
    const files = [...this.part("file").files];
    this.part("attached").hidden = files.length === 0;
    this.part("file-name").textContent = files.map((file) => `${file.name} · ${size(file.size)}`).join(", ");
    if (files.length > 0) this.part("text").focus();
  }

  forgetFile() {
    this.part("file").value = "";
    this.showFile();
  }

  setReply(message, focus = false) {
    this.replyTo = message?.message_id ?? null;
    this.editing = null;
    this.announce(message ? `${word("replying_to")} ${nameOf(message.from)} : ${summary(message)}` : "");
    if (focus) this.part("text").focus();
  }

  /** Correct one's message: its words come back in the composer. */
  edit(message) {
    this.setReply(null);
    this.editing = message.message_id;
    this.announce(`${word("editing")} ${summary(message)}`);
    this.fill(message.text);
  }

  announce(words) {
    this.part("replying").hidden = !words;
    this.part("replied").textContent = words;
  }

  /** Stop replying, or correcting. */
  forget() {
    if (this.editing) this.fill("");
    this.setReply(null);
  }

  /** Put words in the composer, for one to read, change and send. */
  fill(words) {
    const text = this.part("text");
    text.value = words;
    grow(text);
    text.focus();
  }
}

/** The list of the group's topics; calls `choose` with a thread's id. */
export function showTopics(topics, chosen, unread, choose) {
  const shown = topics.filter((topic) => topic.thread_id !== null || topic.messages.length > 0);
  const items = shown.map((topic) => ({
    id: topic.thread_id, name: topicName(topic), closed: topic.closed, tone: topic.icon_color,
    last: lastWords(topic), chosen: topic.thread_id === chosen, unread: unread(topic),
  }));
  reconcile(one("#topics"), items, (item) => item.id, (item) => drawTopic(item, choose));
}

export const topicName = (topic) => (topic.thread_id === null ? word("general") : topic.name);

function drawTopic(item, choose) {
  const button = make("button", { type: "button" }, make("b", { textContent: item.name }), make("span", { textContent: item.closed ? word("closed_topic") : item.last }));
  if (item.chosen) button.setAttribute("aria-current", "true");
  if (item.unread) button.append(make("i", { className: "dot", title: word("new_messages") }, make("span", { className: "unseen", textContent: word("new_messages") })));
  button.addEventListener("click", () => choose(item.id));
  return make("li", {}, button);
}

function lastWords(topic) {
  const message = topic.messages.findLast((candidate) => !candidate.service);
  return message ? summary(message) : "";
}

function withDays(messages) {
  const rows = [];
  let day = "";
  let author = null;
  for (const message of messages) {
    const its = inParis("day", message.date * 1000);
    if (its !== day) rows.push({ key: `day-${its}`, day: its });
    const follows = its === day && author === message.from.id;
    rows.push({ ...message, follows });
    day = its;
    author = message.service ? null : message.from.id;
  }
  return rows;
}

function drawFile(file) {
  const href = `/files/${file.file_id}`;
  if (file.kind === "photo") {
    return openElsewhere(make("a", { href }, make("img", { src: href, alt: file.name || word("picture"), loading: "lazy" })));
  }
  if (file.kind === "voice" || file.kind === "audio") {
    const player = make("audio", { controls: true, src: href, preload: "none" });
    player.setAttribute("aria-label", word("recording"));
    return player;
  }
  const label = `${file.name || word("file")} · ${size(file.size)}`;
  return make("a", { href, className: "document", download: file.name || "", textContent: label });
}

const size = (bytes) => `${Math.max(1, Math.round(bytes / 1024)).toLocaleString(document.documentElement.lang)} ${word("kilobytes")}`;

const nameOf = (user) => [user.first_name, user.last_name].filter(Boolean).join(" ");

const forwarded = (message) => (message.forwarded_from ? ` · ${word("forwarded_from")} ${nameOf(message.forwarded_from)}` : "");

const summary = (message) => (message.text || (message.files.length ? word(message.files[0].kind === "photo" ? "picture" : "file") : "")).replace(/\s+/g, " ").slice(0, 120);

export function openElsewhere(link) {
  link.target = "_blank";
  link.rel = "noopener noreferrer";
  return link;
}

function grow(text) {
  text.style.height = "auto";
  if (text.scrollHeight > 0) text.style.height = `${Math.min(text.scrollHeight + 2, 160)}px`;
}

function closeOnLeaving(menu) {
  document.addEventListener("click", (event) => { if (!menu.contains(event.target)) menu.open = false; });
  menu.addEventListener("keydown", (event) => {
    if (event.key !== "Escape") return;
    menu.open = false;
    one("summary", menu).focus();
  });
}
