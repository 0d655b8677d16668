// The phone: what the simulator tells is kept here, drawn, and answered.
import { draw, isShown, isUnread } from "./bubbles.js";
import { wireChoosing } from "./choices.js";
import { byId, post } from "./dom.js";
import { drawPeople, wireDialog } from "./people.js";
import { wireViewer } from "./pictures.js";
import { more, quoting, wireSharing } from "./sharing.js";

const contacts = new Map();
const chats = new Map();
const typing = new Map();
const drafts = new Map();
let current = null;
/* Whom the dialog added last: events that tell of them may be on their way still. */
let newest = null;
let pending = false;
let following = true;
let lastTop = 0;

const scroller = byId("scroller");
const text = byId("text");
const isAtEnd = () => scroller.scrollHeight - scroller.scrollTop - scroller.clientHeight < 80;
const toEnd = () => {
  following = true;
  scroller.scrollTo({ top: scroller.scrollHeight });
};
const narrow = matchMedia("(max-width: 720px)");

function keep(message) {
  if (isFormerOwners(message)) return;
  const chat = chats.get(message.user) ?? [];
  const at = chat.findIndex((other) => other.sid === message.sid);
  const shownBefore = at >= 0 && isShown(chat[at]);
  if (at >= 0) chat[at] = message;
  else chat.push(message);
  chat.sort((a, b) => a.at.localeCompare(b.at));
  chats.set(message.user, chat);
  if (message.direction === "outbound" && isShown(message) && !shownBefore) typing.delete(message.user);
}

/* A number that has changed hands takes no message along. */
const isFormerOwners = (message) => message.at < (contacts.get(message.user)?.since ?? "");

function meet(contact) {
  contacts.set(contact.user, contact);
  const chat = chats.get(contact.user);
  if (chat) chats.set(contact.user, chat.filter((message) => !isFormerOwners(message)));
}

function take(change) {
  if (change.messages) {
    contacts.clear();
    chats.clear();
    if (newest) contacts.set(newest.user, newest);
    change.contacts.forEach((contact) => contacts.set(contact.user, contact));
    change.messages.forEach(keep);
    document.body.dataset.ready = "true";
  }
  if (change.reset) {
    newest = null;
    [contacts, chats, typing].forEach((memory) => memory.clear());
  }
  if (change.contact) meet(change.contact);
  if (change.message) keep(change.message);
  if (change.typing) {
    typing.set(change.typing.user, Date.now() + change.typing.seconds * 1000);
    setTimeout(redraw, change.typing.seconds * 1000 + 50);
  }
  redraw();
}

/* Many changes at once are drawn once. */
function redraw() {
  if (pending) return;
  pending = true;
  setTimeout(() => {
    pending = false;
    show();
  }, 16);
}

function show() {
  if (!contacts.has(current)) choose(chosenBefore() ?? contacts.keys().next().value ?? null, false);
  const messages = (chats.get(current) ?? []).filter(isShown);
  const follow = isAtEnd();
  const find = (sid) => messages.find((message) => message.sid === sid);
  draw(byId("messages"), messages, { send, press, find, more });
  showPresence();
  if (follow) toEnd();
  drawPeople(contacts.values(), chats, current, choose);
  const unread = [...chats.values()].flat().filter(isUnread);
  document.title = `${unread.length ? `(${unread.length}) ` : ""}Phone · TaskFlow`;
  showDown(messages.filter(isUnread).length);
  look();
}

function showPresence() {
  const types = (typing.get(current) ?? 0) > Date.now();
  const contact = contacts.get(current);
  byId("typing").hidden = !types;
  byId("presence").textContent = types ? "typing…" : "online";
  byId("presence").className = types ? "active" : "";
  byId("writer-name").textContent = contact?.name ?? "";
  byId("writer-number").textContent = contact ? ` · ${contact.shown}` : "";
  byId("writer").title = contact ? `You write as ${contact.name}, ${contact.user}` : "";
}

function showDown(unread) {
  byId("down").hidden = isAtEnd();
  byId("below").hidden = unread === 0;
  byId("below").textContent = String(unread);
}

/* What is on the screen is read: the sender gets its receipts. */
function look() {
  const onScreen = document.visibilityState === "visible" && isAtEnd() && !(narrow.matches && document.body.dataset.view === "list");
  const unread = (chats.get(current) ?? []).some(isUnread);
  if (onScreen && unread) post("/phone/looked", { user: current }).catch(() => {});
}

function choose(user, open = true) {
  if (user !== current) {
    drafts.set(current, text.value);
    quoting();
    current = user;
    text.value = drafts.get(user) ?? "";
    byId("messages").replaceChildren();
    if (user) history.replaceState(null, "", `#${encodeURIComponent(user)}`);
    fit();
  }
  if (open) {
    document.body.dataset.view = "chat";
    show();
    fit();
    toEnd();
    if (!narrow.matches) text.focus();
  }
}

function chosenBefore() {
  const user = decodeURIComponent(location.hash.slice(1));
  return contacts.has(user) ? user : null;
}

async function send(body) {
  if (!body.trim() || !current) return;
  toEnd();
  try {
    await post("/phone/messages", { user: current, body, quotes: quoting() });
  } catch {
    // The text must not be lost with the connection.
    if (!text.value) text.value = body;
    fit();
  }
}

/* A press that is lost with the connection can be made again: the buttons stay. */
function press(sid, title) {
  toEnd();
  post("/phone/pressed", { sid, title }).catch(() => {});
}

function fit() {
  const follow = isAtEnd();
  text.style.height = "auto";
  // Nothing is measured while the chat is not on a small screen.
  if (text.scrollHeight) text.style.height = `${text.scrollHeight}px`;
  byId("send").disabled = !text.value.trim();
  if (follow) toEnd();
}

function submit() {
  const body = text.value.replace(/\s+$/, "");
  text.value = "";
  fit();
  send(body);
  text.focus();
}

text.addEventListener("input", fit);
text.addEventListener("keydown", (event) => {
  if (event.key !== "Enter" || event.shiftKey || event.isComposing) return;
  event.preventDefault();
  submit();
});
byId("compose").addEventListener("submit", (event) => {
  event.preventDefault();
  submit();
});
byId("back").addEventListener("click", () => {
  document.body.dataset.view = "list";
  redraw();
});
byId("down").addEventListener("click", toEnd);
scroller.addEventListener("scroll", () => {
  // Only a person scrolls back: what grows below leaves the place as it is.
  following = isAtEnd() || (following && scroller.scrollTop >= lastTop);
  lastTop = scroller.scrollTop;
  showDown((chats.get(current) ?? []).filter(isUnread).length);
  look();
});
document.addEventListener("visibilitychange", look);
window.addEventListener("hashchange", () => choose(chosenBefore() ?? current));
// A picture grows as it loads; that is no reason to leave the end of the chat.
byId("messages").addEventListener("load", () => following && toEnd(), true);
wireDialog((contact) => {
  newest = contact;
  meet(contact);
  choose(contact.user);
});
wireViewer();
wireChoosing();
wireSharing({ user: () => current, toEnd, write: () => text.focus() });
fit();

const events = new EventSource("/phone/events");
events.addEventListener("open", () => {
  byId("offline").hidden = true;
});
events.addEventListener("error", () => {
  byId("offline").hidden = false;
});
events.addEventListener("message", (event) => take(JSON.parse(event.data)));
if (location.hash) document.body.dataset.view = "chat";
