// Whose phone it is: the list at the side, and the dialog that adds a person.
import { byId, make, post } from "./dom.js";
import { described } from "./enclosed.js";
import { clock, dayOf, isShown, isUnread } from "./bubbles.js";

export function drawPeople(contacts, chats, current, choose) {
  const seen = (contact) => chats.get(contact.user)?.filter(isShown) ?? [];
  const latest = (contact) => seen(contact).at(-1)?.at ?? "";
  const sorted = [...contacts].sort((a, b) => latest(b).localeCompare(latest(a)));
  const focused = document.activeElement?.dataset?.user;
  byId("people").replaceChildren(...sorted.map((contact) => person(contact, seen(contact), contact.user === current, choose)));
  if (focused) [...byId("people").children].find((item) => item.dataset.user === focused)?.focus();
}

function person(contact, messages, current, choose) {
  const last = messages.at(-1);
  const unread = messages.filter(isUnread).length;
  const when = last && (dayOf(last.at) === "Today" ? clock(last.at) : dayOf(last.at));
  const preview = last ? (last.direction === "inbound" ? "You: " : "") + (last.has_picture ? "📷 " : "") + (described(last) ?? "") + last.body.replace(/\s+/g, " ") : contact.shown;
  return make(
    "button",
    { type: "button", class: "person", "data-user": contact.user, "aria-current": current ? "true" : null, title: contact.shown, onclick: () => choose(contact.user) },
    make("span", { class: `avatar tint${tint(contact.user)}`, "aria-hidden": "true" }, initial(contact.name)),
    make("b", {}, contact.name),
    make("time", {}, when ?? ""),
    make("span", { class: "preview", dir: "auto" }, preview),
    unread ? make("span", { class: "badge", "aria-label": `${unread} unread` }, String(unread)) : make("span"),
  );
}

const initial = (name) => [...name.replace(/^\+/, "")][0]?.toUpperCase() ?? "?";
const tint = (user) => [...user].reduce((sum, letter) => sum + letter.codePointAt(0), 0) % 6;

export function wireDialog(welcome) {
  const dialog = byId("adding");
  const refusal = byId("refusal");
  byId("add").addEventListener("click", () => {
    byId("person").reset();
    byId("number").disabled = false;
    byId("bsuid").disabled = false;
    refusal.hidden = true;
    dialog.showModal();
  });
  byId("cancel").addEventListener("click", () => dialog.close());
  byId("hidden").addEventListener("change", (event) => {
    byId("number").disabled = event.target.checked;
    byId("bsuid").disabled = event.target.checked;
  });
  byId("person").addEventListener("submit", async (event) => {
    event.preventDefault();
    const number = byId("number").value.replace(/[\s().-]/g, "").replace(/^00/, "+");
    const isHidden = byId("hidden").checked;
    const user = isHidden ? newHiddenAddress() : number;
    const bsuid = (!isHidden && byId("bsuid").value.trim()) || null;
    try {
      const contact = await post("/phone/contacts", { user, name: byId("name").value.trim(), bsuid });
      dialog.close();
      welcome(contact);
    } catch (error) {
      refusal.textContent = error.message;
      refusal.hidden = false;
    }
  });
}

function newHiddenAddress() {
  const bytes = crypto.getRandomValues(new Uint8Array(12));
  return `US.${[...bytes].map((byte) => byte.toString(16).padStart(2, "0")).join("")}`;
}
