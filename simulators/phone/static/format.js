// WhatsApp's formatting, as nodes: *bold* _italic_ ~strike~ `code` ```mono``` lists, quotes, links.
import { make } from "./dom.js";

const MARKS = { "*": "strong", _: "em", "~": "s" };
const LINK = /(?:https?:\/\/|www\.)[^\s<>"]*[^\s<>"'.,;:!?()[\]{}*_~]/iy;
const WORD = /[\p{L}\p{N}]/u;
const BULLET = /^\s*[*-] +(.*)$/;
const NUMBER = /^\s*(\d{1,3})\. +(.*)$/;
const QUOTE = /^> ?(.*)$/;

export function formatted(text) {
  const box = make("div", { class: "text" });
  text.split("```").forEach((part, index, parts) => {
    // An opening mark without a closing one is plain text.
    const unclosed = index % 2 === 1 && index === parts.length - 1;
    if (unclosed) blocks("```" + part, box);
    else if (index % 2 === 1 && part.trim()) box.append(make("pre", {}, part.replace(/^\n|\n$/g, "")));
    else if (index % 2 === 0) blocks(trimBeside(part, index, parts.length), box);
  });
  return box;
}

/* The line break next to a block belongs to the block. */
function trimBeside(part, index, count) {
  const head = index > 0 ? part.replace(/^\n/, "") : part;
  return index < count - 1 ? head.replace(/\n$/, "") : head;
}

function blocks(text, box) {
  if (!text) return;
  const lines = text.split("\n");
  for (let at = 0; at < lines.length; ) {
    at = list(lines, at, BULLET, "ul", box) ?? list(lines, at, NUMBER, "ol", box) ?? quote(lines, at, box) ?? paragraph(lines, at, box);
  }
}

function list(lines, at, pattern, tag, box) {
  const first = pattern.exec(lines[at]);
  if (!first) return null;
  const items = make(tag, tag === "ol" ? { start: first[1] } : {});
  for (let found; at < lines.length && (found = pattern.exec(lines[at])); at += 1) {
    items.append(inline(found[found.length - 1], make("li")));
  }
  box.append(items);
  return at;
}

function quote(lines, at, box) {
  if (!QUOTE.test(lines[at])) return null;
  const block = make("blockquote");
  for (let found, first = true; at < lines.length && (found = QUOTE.exec(lines[at])); at += 1, first = false) {
    if (!first) block.append(make("br"));
    inline(found[1], block);
  }
  box.append(block);
  return at;
}

function paragraph(lines, at, box) {
  const block = make("p");
  const start = at;
  const special = (line) => BULLET.test(line) || NUMBER.test(line) || QUOTE.test(line);
  for (; at < lines.length && (at === start || !special(lines[at])); at += 1) {
    if (at > start) block.append(make("br"));
    inline(lines[at], block);
  }
  box.append(block);
  return at;
}

/* Appends the text to the element, marks turned into elements. */
function inline(text, into) {
  let plain = "";
  const flush = () => {
    if (plain) into.append(plain);
    plain = "";
  };
  for (let at = 0; at < text.length; ) {
    const found = link(text, at) ?? code(text, at) ?? marked(text, at);
    if (found) {
      flush();
      into.append(found.node);
      at = found.end;
    } else {
      plain += text[at];
      at += 1;
    }
  }
  flush();
  return into;
}

function link(text, at) {
  if (at > 0 && WORD.test(text[at - 1])) return null;
  LINK.lastIndex = at;
  const found = LINK.exec(text)?.[0];
  if (!found) return null;
  const href = /^www\./i.test(found) ? `https://${found}` : found;
  const node = make("a", { href, target: "_blank", rel: "noopener noreferrer" }, found);
  return { node, end: at + found.length };
}

function code(text, at) {
  const close = text[at] === "`" ? text.indexOf("`", at + 1) : -1;
  if (close <= at + 1) return null;
  return { node: make("code", {}, text.slice(at + 1, close)), end: close + 1 };
}

function marked(text, at) {
  const tag = MARKS[text[at]];
  const opens = tag && !(at > 0 && WORD.test(text[at - 1])) && /\S/.test(text[at + 1] ?? " ");
  if (!opens) return null;
  for (let close = text.indexOf(text[at], at + 2); close > 0; close = text.indexOf(text[at], close + 1)) {
    const ends = /\S/.test(text[close - 1]) && !WORD.test(text[close + 1] ?? " ");
    if (ends) return { node: inline(text.slice(at + 1, close), make(tag)), end: close + 1 };
  }
  return null;
}
