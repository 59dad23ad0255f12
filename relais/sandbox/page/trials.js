// What else one can do: send ready-made files, block the bot, flood it, show it to strangers.

import { all, one, post, word } from "./dom.js";

/**
 * Make the buttons of the trials work. `privately` and `group` give where a message goes there
 * (chat, as, thread_id); `act` does something and says what went wrong; `say` says what came of it.
 */
export function listenToTrials({ privately, group, act, say }) {
  const place = () => (one("#trial-place").value === "group" ? group() : privately());
  for (const button of all("[data-sample]")) {
    const { sample: kind, name } = button.dataset;
    button.addEventListener("click", () => act(() => post("/api/samples", { ...place(), kind, name })));
  }
  on("#trial-flood", (button) => act(() => post("/api/floods", { ...privately(), text: button.dataset.words, count: 30 })));
  on("#trial-block", () => act(async () => {
    const { blocked } = await post("/api/blocks", { as: privately().as });
    say(word(blocked ? "bot_blocked" : "bot_unblocked"));
  }));
  on("#trial-topic", () => {
    const { thread_id: threadId } = group();
    if (threadId === null) return say(word("no_topic_to_delete"));
    if (confirm(word("delete_topic_sure"))) act(() => post(`/api/topics/${threadId}/delete`));
  });
  on("#trial-strangers", () => act(async () => {
    const { said, left } = await post("/api/strangers");
    say(left ? `${word("strangers_said")} ${said.join(" ")} ${word("strangers_left")}` : word("strangers_stayed"));
  }));
}

function on(selector, deed) {
  const button = one(selector);
  button.addEventListener("click", () => deed(button));
}
