// Everybody's mailboxes: addresses, lists, and a mail read as HTML, as text, or by its headers.

import { all, ask, inParis, make, one, post, reconcile, word } from "./dom.js";

const FORMS = {
  html: "#mail-html", text: "#mail-text", calendar: "#mail-calendar", headers: "#mail-headers",
};

const ALL = ""; // the address that stands for every mailbox

export class Mailboxes {
  constructor({ act, toast }) {
    this.act = act;
    this.toast = toast;
    this.address = ALL;
    this.form = "html";
    this.read = null;
    this.listed = "";
    one("#address").addEventListener("change", (event) => this.choose(event.target.value));
    one("#back").addEventListener("click", () => this.close());
    one("#one-click").addEventListener("click", () => this.unsubscribe());
    one("#letter").addEventListener("submit", (event) => this.write(event, "/api/letters"));
    one("#answer").addEventListener("submit", (event) => this.write(event, this.path("answer")));
    for (const button of all("[data-back]")) {
      button.addEventListener("click", () => this.send(this.path(button.dataset.back)));
    }
    for (const button of all("[data-form]")) {
      button.addEventListener("click", () => this.showAs(button.dataset.form));
    }
  }

  /** Show which mailboxes there are; list again the one that is open when it changed. */
  show(mailboxes) {
    const total = mailboxes.reduce((sum, box) => sum + box.count, 0);
    one("#no-mail").hidden = total > 0;
    one("#boxes").hidden = total === 0 || this.read !== null;
    const boxes = [{ address: ALL, count: total }, ...mailboxes];
    this.counts = new Map(boxes.map((box) => [box.address, box.count]));
    reconcile(one("#address"), boxes, (box) => box.address, (box) => make("option", {
      value: box.address, textContent: `${box.address || word("all_mailboxes")} (${box.count})`,
    }));
    if (one("#address").value !== this.address) one("#address").value = this.address;
    if (total > 0) this.choose(this.address);
  }

  choose(address) {
    this.address = address;
    const wanted = `${address} ${this.counts.get(address)}`;
    if (wanted !== this.listed) this.list(wanted);
  }

  async list(wanted) {
    this.listed = wanted;
    await this.act(async () => {
      const { body } = await ask(`/api/mails?address=${encodeURIComponent(this.address)}`);
      if (wanted === this.listed) reconcile(one("#mails"), body, (mail) => mail.id, (mail) => this.draw(mail));
    }, { refresh: false });
  }

  draw(mail) {
    const button = make("button", { type: "button" },
      make("b", { textContent: mail.subject }),
      make("span", { textContent: mail.to }),
      make("time", { dateTime: mail.date, textContent: inParis("mail", new Date(mail.date)) }),
      make("span", { textContent: mail.begins }));
    button.addEventListener("click", () => this.open(mail.id));
    return make("li", {}, button);
  }

  open(id) {
    return this.act(async () => {
      const { body } = await ask(`/api/mails/${encodeURIComponent(id)}`);
      this.read = body;
      this.fillReader(body);
      this.showAs(this.has(this.form) ? this.form : "text");
      one("#boxes").hidden = one("#writing").hidden = true;
      one("#reader").hidden = false;
      one("#reader").focus();
    }, { refresh: false });
  }

  fillReader(mail) {
    one("#subject").textContent = mail.subject;
    one("#mail-meta").textContent = `${mail.from} ${word("to")} ${mail.to}, ${inParis("mail", new Date(mail.date))}`;
    one("#one-click").hidden = !mail.one_click;
    one("#mail-html").src = `/mails/${encodeURIComponent(mail.id)}`;
    one("#mail-text").replaceChildren(...linked(mail.text));
    this.fillFiles(mail);
    one("#mail-headers").replaceChildren(...mail.headers.flatMap(([name, value]) => [
      make("dt", { textContent: name }), make("dd", { textContent: value }),
    ]));
  }

  /** Say whether the mail that is read has this form. */
  has(form) {
    if (form === "html") return this.read.has_html;
    return form !== "calendar" || this.read.calendar !== null;
  }

  /** What calendar programs read, and the files: buttons of a mail that has some. */
  fillFiles(mail) {
    const { calendar } = mail;
    one('[data-form="calendar"]').hidden = calendar === null;
    one("#mail-calendar").textContent = calendar?.text ?? "";
    one("#calendar-kind").hidden = calendar === null;
    one("#calendar-kind").textContent = calendar
      ? `${word(`calendar_${calendar.method}`) || calendar.method} (${calendar.method}, SEQUENCE ${calendar.sequence})`
      : "";
    one("#mail-files").hidden = mail.files.length === 0;
    one("#mail-files").replaceChildren(...mail.files.map((file) => make("li", {}, make("a", {
      href: `/mails/${encodeURIComponent(mail.id)}/files/${file.number}`,
      textContent: `${file.name} (${Math.ceil(file.size / 1000)} ${word("kilobytes")})`,
      download: file.name,
    }))));
  }

  showAs(form) {
    this.form = form;
    for (const [name, selector] of Object.entries(FORMS)) one(selector).hidden = name !== form;
    for (const button of all("[data-form]")) button.setAttribute("aria-pressed", String(button.dataset.form === form));
  }

  close() {
    const id = this.read?.id;
    this.read = null;
    one("#reader").hidden = true;
    one("#boxes").hidden = one("#writing").hidden = false;
    one(`[data-key="${id}"] button`)?.focus();
  }

  path(what) {
    return `/api/mails/${encodeURIComponent(this.read?.id)}/${what}`;
  }

  /** Send what was written in a form, then empty it. */
  async write(event, path) {
    event.preventDefault();
    const form = event.target;
    await this.send(path, Object.fromEntries(new FormData(form)), form);
  }

  send(path, values = {}, form = null) {
    return this.act(async () => {
      await post(path, values);
      form?.reset();
      this.toast(word("mail_sent"));
    });
  }

  unsubscribe() {
    return this.act(async () => {
      await post(`/api/mails/${encodeURIComponent(this.read.id)}/unsubscribe`);
      one("#one-click").hidden = true;
      this.toast(word("unsubscribed_now"));
    });
  }
}

/** A text with its web addresses as links that open elsewhere. */
function linked(text) {
  return text.split(/(https?:\/\/[^\s<>"]+)/).map((piece, index) => (index % 2
    ? make("a", { href: piece, textContent: piece, target: "_blank", rel: "noopener noreferrer" })
    : piece));
}
