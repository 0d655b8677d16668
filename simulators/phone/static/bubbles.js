// One chat as a list of bubbles, days and notices.
import { choices } from "./choices.js";
import { icon, make } from "./dom.js";
import { formatted } from "./format.js";
import { picture } from "./pictures.js";
import { described, enclosed, moreOf, quotation } from "./enclosed.js";

const TICKS = {
  sent: ["M5 7l3 3 6-8", "tick", "sent"],
  delivered: ["M1 7l3 3 6-8M7.5 9.5l.6.5 6-8", "tick", "delivered"],
  read: ["M1 7l3 3 6-8M7.5 9.5l.6.5 6-8", "tick seen", "read"],
  lost: ["M9 1v6M9 10.6v.2", "tick lost", "not accepted"],
};
const OPTED_OUT = new Set(["stop", "stopall", "unsubscribe"]);
const EXAMPLES = ["hi", "Find me a flight from Berlin to Lisbon next Friday", "Remind me in 1 minute to stretch"];

export const isShown = (message) => message.direction === "inbound" || ["delivered", "read", "undelivered", "failed"].includes(message.status);
export const isUnread = (message) => message.direction === "outbound" && message.status === "delivered" && !message.seen;
export const clock = (at) => new Date(at).toLocaleTimeString([], { hour: "2-digit", minute: "2-digit" });

export function dayOf(at) {
  const day = new Date(at);
  const ago = Math.round((new Date().setHours(0, 0, 0, 0) - new Date(at).setHours(0, 0, 0, 0)) / 86_400_000);
  if (ago === 0) return "Today";
  if (ago === 1) return "Yesterday";
  if (ago > 1 && ago < 7) return day.toLocaleDateString([], { weekday: "long" });
  return day.toLocaleDateString([], { day: "numeric", month: "long", year: "numeric" });
}

/* Draws the chat anew, keeping the elements of messages that did not change. `act` sends and presses. */
export function draw(list, messages, act) {
  const kept = new Map([...list.children].map((item) => [item.dataset.key, item]));
  const items = messages.length ? rows(messages, kept, act) : [welcome(act)];
  list.replaceChildren(...items);
}

function rows(messages, kept, act) {
  const items = [];
  let day = null;
  let side = null;
  for (const message of messages) {
    const today = dayOf(message.at);
    if (today !== day) {
      items.push(make("li", { class: "day" }, today));
      side = null;
    }
    const first = side !== message.direction;
    const key = `${message.sid} ${first} ${JSON.stringify([message.tick, message.webhook_status])}`;
    items.push(kept.get(key) ?? row(message, first, key, kept, act));
    if (message.direction === "inbound" && OPTED_OUT.has(message.body.trim().toLowerCase())) {
      items.push(make("li", { class: "notice" }, "You unsubscribed: TaskFlow can no longer write to you. Send START to undo it."));
    }
    day = today;
    side = message.direction;
  }
  return items;
}

/* A bubble takes its direction from its text alone: whatever else stands in it names its own. */
function row(message, first, key, kept, act) {
  if (message.status === "failed" || message.status === "undelivered") return failure(message, key);
  const mine = message.direction === "inbound";
  const fresh = ![...kept.keys()].some((other) => other?.startsWith(message.sid));
  const className = ["bubble", mine && "mine", message.has_picture && "pictured", first && "first", fresh && kept.size && "fresh"].filter(Boolean).join(" ");
  const state = message.tick;
  const meta = make("span", { class: "meta", dir: "ltr" }, make("time", { datetime: message.at }, clock(message.at)), mine ? icon(...TICKS[state]) : null);
  return make(
    "li",
    { class: className, dir: "auto", "data-key": key, "data-sid": message.sid, "data-state": state },
    make("span", { class: "unseen", dir: "ltr" }, mine ? "You: " : "TaskFlow: "),
    message.is_template ? make("span", { class: "label", dir: "ltr" }, "Template") : null,
    message.forwarded ? make("span", { class: "label", dir: "ltr" }, "Forwarded") : null,
    message.is_quote ? quotation(act.find(message.replied_to)) : null,
    message.has_picture ? picture(message) : described(message) ? enclosed(message) : message.media_url ? attachment(message) : null,
    [message.file_name, message.place].includes(message.body) ? null : formatted(message.body),
    moreOf(message, act.more),
    meta,
    state === "lost" ? lost(message, act) : null,
    message.buttons.length ? choices(message, act.press) : null,
  );
}

function lost(message, act) {
  const why = message.webhook_status ?? message.webhook_error;
  const resend = () => (message.replied_to && !message.is_quote ? act.press(message.replied_to, message.body) : act.send(message.body));
  const isWhole = !described(message) && !message.has_picture;
  const again = isWhole && make("button", { type: "button", onclick: resend }, "Send again");
  return make("div", { class: "lost-note", dir: "ltr" }, make("span", {}, `Not accepted by TaskFlow (${why})`), again || null);
}

function failure(message, key) {
  const text = `A message from TaskFlow did not arrive: ${message.error_message ?? message.status} (${message.error_code ?? "no code"})`;
  return make("li", { class: "notice bad", "data-key": key, "data-sid": message.sid, "data-state": message.status }, text);
}

function attachment(message) {
  const safe = /^https?:\/\//i.test(message.media_url);
  const name = `Attachment (${message.media_type ?? "file"})`;
  return safe ? make("a", { class: "label", dir: "ltr", href: message.media_url, target: "_blank", rel: "noopener noreferrer" }, name) : make("span", { class: "label", dir: "ltr" }, name);
}

function welcome({ send }) {
  const tries = EXAMPLES.map((text) => make("button", { type: "button", onclick: () => send(text) }, text));
  const about = "This chat goes to TaskFlow through a simulated Twilio. Nothing leaves this machine.";
  return make("li", { class: "welcome" }, make("p", {}, about), ...tries);
}
