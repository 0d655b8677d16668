// What a person can answer a message by: buttons under it, or a list that opens. Who picks says its title.
import { byId, make } from "./dom.js";

export function choices(message, press) {
  const buttons = message.opens ? [opener(message, press)] : message.buttons.map(({ title }) => make("button", { type: "button", dir: "auto", onclick: () => press(message.sid, title) }, title));
  return make("div", { class: "choices", role: "group", "aria-label": "Answers" }, ...buttons);
}

function opener(message, press) {
  return make("button", { type: "button", class: "opener", dir: "auto", "aria-haspopup": "dialog", onclick: () => open(message, press) }, message.opens);
}

function open(message, press) {
  const dialog = byId("choosing");
  byId("choosing-title").textContent = message.opens;
  const pick = (title) => {
    dialog.close();
    press(message.sid, title);
  };
  byId("picks").replaceChildren(...message.buttons.map((choice) => make("li", {}, item(choice, pick))));
  dialog.showModal();
}

function item({ title, description }, pick) {
  const more = description ? make("span", { class: "description", dir: "auto" }, description) : null;
  return make("button", { type: "button", onclick: () => pick(title) }, make("span", { dir: "auto" }, title), more);
}

export function wireChoosing() {
  byId("unpicked").addEventListener("click", () => byId("choosing").close());
}
