// Selects tiles by click, with Shift a row of them, and tells how many. The checked boxes are the
// selection, so that the form works without this.

import { isFree } from "./keys.js";

let anchor = null;

const form = () => document.querySelector("#selection");
const boxes = () => [...document.querySelectorAll(".tile__check > input")];
const checked = () => document.querySelectorAll(".tile__check > input:checked").length;

export function boxOf(tile) {
  return tile.querySelector(".tile__check > input");
}

// Selects a tile or not, and with it all from the one before to it.
export function select(tile, on, { through = false } = {}) {
  const all = boxes();
  const here = boxOf(tile);
  const from = through && anchor?.isConnected ? all.indexOf(anchor) : all.indexOf(here);
  const to = all.indexOf(here);
  for (const box of all.slice(Math.min(from, to), Math.max(from, to) + 1)) box.checked = on;
  anchor = here;
  tell();
}

function selectAll(on) {
  for (const box of boxes()) box.checked = on;
  tell();
}

function tell() {
  const bar = form();
  if (!bar) return;
  const number = checked();
  const isAll = bar.elements.everything.checked;
  const text = isAll ? "All selected" : `${number.toLocaleString("en")} selected`;
  const note = bar.querySelector("[data-selection-count]");
  if (note.textContent !== text) note.textContent = text;
  document.querySelector("#tiles")?.toggleAttribute("data-selecting", number > 0);
  // All that is found is offered where more is found than is selected.
  bar.querySelector(".selection__all").hidden = !isAll && number >= Number(bar.elements.everything.value);
}

document.addEventListener("click", (event) => {
  const tile = event.target.closest?.(".tile");
  if (!tile) return;
  const box = boxOf(tile);
  if (event.target === box) {
    select(tile, box.checked, { through: event.shiftKey });
  } else if (event.target.closest(".tile__link")) {
    const isSelecting = checked() > 0;
    if (!isSelecting && !event.shiftKey && !event.ctrlKey && !event.metaKey) return;
    event.preventDefault();
    select(tile, event.shiftKey || !box.checked, { through: event.shiftKey });
  }
});

// Otherwise Shift marks the text between two clicks.
document.addEventListener("mousedown", (event) => {
  if (event.shiftKey && event.target.closest?.(".tile")) event.preventDefault();
});

document.addEventListener("keydown", (event) => {
  if (!form() || !isFree(event)) return;
  if (event.key === "a") selectAll(true);
  else if (event.key === "Escape" && checked() > 0) selectAll(false);
  else return;
  event.preventDefault();
});

document.addEventListener("change", (event) => {
  if (event.target.name === "everything") tell();
});

// The browser resets the form's own boxes after this event; the tiles' are among them.
document.addEventListener("reset", (event) => {
  if (event.target === form()) setTimeout(() => selectAll(false));
});

// A server reads so many fields only.
document.addEventListener("formdata", (event) => {
  if (event.target !== form()) return;
  const uids = event.formData.getAll("uid");
  event.formData.delete("uid");
  event.formData.set("uid", uids.join(" "));
});

// New tiles may have come, or others in place of all.
document.addEventListener("htmx:afterSettle", tell);
addEventListener("pageshow", tell);
