// The buttons under a message: who presses one says its title.
import { make } from "./dom.js";

export function choices(message, press) {
  const buttons = message.buttons.map(({ title }) => make("button", { type: "button", dir: "auto", onclick: () => press(message.sid, title) }, title));
  return make("div", { class: "choices", role: "group", "aria-label": "Answers" }, ...buttons);
}
