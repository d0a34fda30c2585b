// Draws the box of a missed face in the picture. Without this script it is written in four numbers.

import { currentStage } from "./stage.js";

const NAMES = ["left", "top", "width", "height"];
const LEAST_PX = 8;

const details = () => document.querySelector("[data-draw]");

function fields() {
  const { elements } = details().querySelector("form");
  return NAMES.map((name) => elements[name]);
}

function read() {
  const [left, top, width, height] = fields().map((field) => Number(field.value));
  return { left, top, width, height };
}

function show({ left, top, width, height }) {
  const drawn = document.querySelector("[data-drawn]");
  drawn.toggleAttribute("hidden", !(details().open && width > 0 && height > 0));
  for (const rect of drawn.querySelectorAll("rect")) {
    for (const [name, value] of Object.entries({ x: left, y: top, width, height })) rect.setAttribute(name, value);
  }
}

function write(box) {
  const rounded = Object.fromEntries(NAMES.map((name) => [name, Math.round(box[name])]));
  for (const field of fields()) field.value = rounded[field.name];
  show(rounded);
}

function between(one, other) {
  const { width, height } = currentStage();
  const inside = (value, most) => Math.min(Math.max(value, 0), most);
  const [left, right] = [one.x, other.x].map((x) => inside(x, width)).sort((a, b) => a - b);
  const [top, bottom] = [one.y, other.y].map((y) => inside(y, height)).sort((a, b) => a - b);
  return { left, top, width: right - left, height: bottom - top };
}

// A box in the middle of what is shown, to begin with.
function suggest() {
  const { svg, x, y } = currentStage();
  const side = Math.min(svg.viewBox.baseVal.width, svg.viewBox.baseVal.height) / 4;
  write({ left: x - side / 2, top: y - side / 2, width: side, height: side });
}

let first;

function onDown(event) {
  if (event.button > 0) return;
  event.preventDefault();
  event.currentTarget.setPointerCapture(event.pointerId);
  first = currentStage().at(event);
}

function onMove(event) {
  if (first) write(between(first, currentStage().at(event)));
}

function onUp() {
  if (!first) return;
  first = undefined;
  const { width, height } = read();
  if (Math.min(width, height) < LEAST_PX) suggest();
  else details().querySelector(".button--primary").focus();
}

function toggle() {
  const { svg } = currentStage();
  const isOpen = details().open;
  svg.toggleAttribute("data-drawing", isOpen);
  const change = isOpen ? "addEventListener" : "removeEventListener";
  svg[change]("pointerdown", onDown);
  svg[change]("pointermove", onMove);
  svg[change]("pointerup", onUp);
  if (isOpen && !read().width) suggest();
  else show(read());
  // On a phone the focus would bring up the keyboard over the picture.
  const hasMouse = matchMedia("(pointer: fine)").matches;
  if (isOpen && hasMouse) fields()[0].focus({ preventScroll: true });
}

function close() {
  details().open = false;
  details().querySelector("summary").focus();
}

document.addEventListener("toggle", (event) => event.target.matches?.("[data-draw]") && currentStage() && toggle(), true);
document.addEventListener("input", (event) => event.target.closest?.("[data-draw]") && show(read()));
document.addEventListener("click", (event) => event.target.closest?.("[data-draw-cancel]") && close());
document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && details()?.open) close();
});
document.addEventListener("submit", (event) => {
  const button = event.submitter?.closest("[data-busy]");
  if (!button) return;
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-busy", "true");
});

function begin() {
  const cancel = document.querySelector("[data-draw-cancel]");
  if (cancel) cancel.hidden = false;
}

document.addEventListener("htmx:load", begin);
begin();
