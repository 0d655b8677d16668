// Sharing: a file, a voice note, a place, a card; answering one message; handing one on.
import { byId, post } from "./dom.js";
import { inShort } from "./enclosed.js";

let quoted = null;
let chosen = null;
let house = null;

const kindOf = () => byId("share").elements.kind.value;

/* The message that the next one answers; asked for once. */
export function quoting() {
  const sid = quoted?.sid ?? null;
  quote(null);
  return sid;
}

export function more(message) {
  chosen = message;
  byId("acting").showModal();
}

function quote(message) {
  quoted = message;
  byId("quoting").hidden = !message;
  byId("quoted").textContent = message ? inShort(message) : "";
}

function showKind() {
  for (const part of document.querySelectorAll("#share fieldset")) part.hidden = part.dataset.kind !== kindOf();
  byId("unshared").hidden = true;
}

/* Several files are several messages, as of an album: the first has the caption. */
async function things() {
  const value = (id) => byId(id).value.trim();
  switch (kindOf()) {
    case "voice":
      return [{ voice: value("say") }];
    case "place":
      return [{ place: { label: value("label"), latitude: value("latitude"), longitude: value("longitude") } }];
    case "contact":
      return [{ contact: { name: value("card-name"), number: value("card-number") } }];
    default: {
      const files = [...byId("file").files];
      if (!files.length) throw new Error("choose a file first");
      const data = await Promise.all(files.map(inBase64));
      return files.map((file, n) => ({ file: { content_type: file.type || "application/octet-stream", data: data[n], name: file.name }, body: n ? "" : value("caption") }));
    }
  }
}

function inBase64(file) {
  return new Promise((resolve, reject) => {
    const reader = new FileReader();
    reader.addEventListener("load", () => resolve(reader.result.slice(reader.result.indexOf(",") + 1)));
    reader.addEventListener("error", () => reject(new Error("the file cannot be read")));
    reader.readAsDataURL(file);
  });
}

async function share(event) {
  event.preventDefault();
  try {
    const shared = await things();
    byId("sharing").close();
    house.toEnd();
    const user = house.user();
    for (const one of shared) await post("/phone/messages", { user, quotes: quoting(), ...one });
  } catch (error) {
    byId("sharing").open || byId("sharing").showModal();
    byId("unshared").textContent = error.message;
    byId("unshared").hidden = false;
  }
}

export function wireSharing(given) {
  house = given;
  byId("attach").addEventListener("click", () => {
    if (!house.user()) return;
    const kind = kindOf();
    byId("share").reset();
    byId("share").elements.kind.value = kind;
    showKind();
    byId("sharing").showModal();
  });
  byId("share").addEventListener("change", (event) => event.target.name === "kind" && showKind());
  byId("share").addEventListener("submit", share);
  byId("keep").addEventListener("click", () => byId("sharing").close());
  byId("unquote").addEventListener("click", () => quote(null));
  byId("leave").addEventListener("click", () => byId("acting").close());
  byId("reply").addEventListener("click", () => {
    byId("acting").close();
    quote(chosen);
    house.write();
  });
  byId("forward").addEventListener("click", () => {
    byId("acting").close();
    house.toEnd();
    post("/phone/forwarded", { user: house.user(), sid: chosen.sid }).catch(() => {});
  });
}
