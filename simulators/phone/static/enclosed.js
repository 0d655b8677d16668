// What came with a message, but pictures: a voice note, a place, a card, a file.
import { make } from "./dom.js";

/* In a word, as a list of chats tells it; null where nothing came. */
export function described(message) {
  if (message.said) return "🎤 ";
  if (message.place) return message.place === message.body ? "📍 " : `📍 ${message.place} `;
  if (message.has_document) return "📄 ";
  if (!message.attached || message.has_picture) return null;
  return message.attached === "text/vcard" ? "👤 " : "📄 ";
}

export function enclosed(message) {
  if (message.said) return voiceNote(message);
  if (message.place) return place(message);
  if (message.has_document) return file(message);
  const name = (message.file_name ?? "").replace(/\.vcf$/, "") || message.attached;
  return make("span", { class: "enclosed", dir: "auto" }, `${described(message)}${name}`);
}

/* Its name sets its direction; from right to left the degrees would change places. */
function place(message) {
  const line = (className, dir, text) => (text ? make("span", { class: className, dir }, text) : null);
  const name = line("place-name", null, `📍 ${message.place}`);
  const degrees = line("degrees", "ltr", (message.at_degrees ?? []).join(", "));
  return make("span", { class: "enclosed place", dir: "auto" }, name, line("place-address", "auto", message.address), degrees);
}

/* Opened by whatever reads its kind, as on a phone. */
function file(message) {
  const name = message.file_name ?? "document";
  return make("a", { class: "enclosed file", dir: "auto", href: `/_media/${message.sid}`, download: name, title: message.media_type }, `📄 ${name}`);
}

/* Silence, for nobody can record here; what was said stands below it. */
function voiceNote(message) {
  const player = make("audio", { controls: true, preload: "none", src: `/_media/${message.sid}`, "aria-label": "Voice note" });
  return make("span", { class: "voice" }, player, make("span", { class: "said", dir: "auto" }, message.said));
}

export function quotation(message) {
  if (!message) return null;
  return make("span", { class: "quotation", dir: "auto" }, inShort(message));
}

export function inShort(message) {
  const words = (described(message) ?? (message.has_picture ? "📷 " : "")) + (message.said ?? message.body);
  return words.replace(/\s+/g, " ").slice(0, 120);
}

export function moreOf(message, more) {
  return make("button", { type: "button", class: "more", "aria-label": "Reply or forward", title: "Reply or forward", onclick: () => more(message) }, "⋯");
}
