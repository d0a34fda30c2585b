// Keys of the photo page, and which readings are unfolded: that holds for all faces and is remembered.

import { isFree } from "./keys.js";
import { currentStage } from "./stage.js";

const OPEN = "facet-open-readings";
const BACK = ["ArrowLeft", "k"];
const ON = ["ArrowRight", "j"];
const PAN_PX = 80;
const PANS = { ArrowLeft: [-PAN_PX, 0], ArrowRight: [PAN_PX, 0], ArrowUp: [0, -PAN_PX], ArrowDown: [0, PAN_PX] };

const all = (selector, root = document) => [...root.querySelectorAll(selector)];
const nameOf = (fold) => fold.dataset.facet ?? fold.dataset.more;

function stored() {
  return new Set((localStorage.getItem(OPEN) ?? "").split(" ").filter(Boolean));
}

function restore() {
  const open = stored();
  for (const fold of all("[data-facet], [data-more]")) fold.open = open.has(nameOf(fold));
  const button = document.querySelector("[data-open-tags]");
  if (!button) return;
  button.hidden = false;
  const facets = all("[data-facet]");
  button.setAttribute("aria-pressed", String(facets.length > 0 && facets.every((fold) => fold.open)));
}

function remember(folds, isOpen) {
  const open = stored();
  for (const fold of folds) open[isOpen ? "add" : "delete"](nameOf(fold));
  localStorage.setItem(OPEN, [...open].join(" "));
}

function tellName(tags) {
  const name = document.querySelector(`.mark[data-face="${tags.dataset.tags}"] .mark__name`);
  if (name) name.textContent = tags.dataset.name;
}

function activeCard() {
  return document.activeElement?.closest("[data-card]") ?? document.querySelector("[data-card].is-active");
}

function onDigit(number) {
  const fold = document.activeElement?.closest?.("details[data-facet][open]");
  if (fold) {
    all("button.choice", fold)[number - 1]?.click();
    return;
  }
  const card = all("[data-card]").find((one) => one.querySelector("h3").textContent === `Face ${number}`);
  card?.scrollIntoView({ block: "nearest" });
  card?.focus({ preventScroll: true });
}

function onKey(event) {
  const { key } = event;
  if (/^[1-9]$/.test(key)) onDigit(Number(key));
  else if (key === "x") activeCard()?.querySelector("[data-reject]")?.click();
  else if (key in PANS && event.target.closest("[data-stage]") && currentStage()?.isZoomed) currentStage().move(...PANS[key]);
  else if (BACK.includes(key)) document.querySelector("[rel=prev]")?.click();
  else if (ON.includes(key)) document.querySelector("[rel=next]")?.click();
  else return;
  event.preventDefault();
}

document.addEventListener("keydown", (event) => {
  // Arrows choose among radio buttons and move the box that is being drawn.
  if (isFree(event) && !event.target.matches?.("input") && !document.querySelector("[popover]:popover-open")) onKey(event);
});
document.addEventListener("click", (event) => {
  const button = event.target.closest?.("[data-open-tags]");
  if (button) {
    remember(all("[data-facet]"), button.getAttribute("aria-pressed") !== "true");
    restore();
  }
  // Only what a person unfolds is remembered, not what this script does.
  const fold = event.target.closest?.("summary")?.parentElement;
  if (!fold?.matches("[data-facet], [data-more]")) return;
  remember([fold], !fold.open);
  for (const other of all("[data-facet], [data-more]")) {
    if (other !== fold && nameOf(other) === nameOf(fold)) other.open = !fold.open;
  }
});
document.addEventListener("htmx:load", (event) => {
  restore();
  for (const tags of [event.target, ...all("[data-tags]", event.target)]) {
    if (tags.matches?.("[data-tags]")) tellName(tags);
  }
});
restore();
