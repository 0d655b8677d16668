// Pictures in bubbles, and one at a time over everything.
import { byId, make } from "./dom.js";

export function picture(message) {
  const about = message.body.split("\n")[0].replace(/[*_~`]/g, "").slice(0, 100);
  const whose = message.direction === "inbound" ? "Picture from you" : "Picture from TaskFlow";
  const alt = about ? `${whose}: ${about}` : whose;
  const image = make("img", { src: `/_media/${message.sid}`, alt });
  const frame = make("button", { class: "picture", type: "button", title: "Enlarge", onclick: () => enlarge(image) }, image);
  image.addEventListener("error", () => frame.replaceWith(make("span", { class: "picture gone" }, "The picture is no longer here")));
  return frame;
}

function enlarge(image) {
  const large = byId("enlarged");
  large.src = image.src;
  large.alt = image.alt;
  byId("viewer").showModal();
}

export function wireViewer() {
  const viewer = byId("viewer");
  viewer.addEventListener("click", () => viewer.close());
}
