// Zooms and moves the picture by the viewBox of its drawing, so that all marks keep their places.
// Without this script all of the picture is shown, and "Close up" leads to a part of it.

import { isFree } from "./keys.js";

const STEP = 1.4;
// Screen pixels for a pixel of the picture.
const LARGEST = 12;
const A_CLICK_PX = 4;
const LARGEST_DOT_PX = 5;

const clamp = (value, low, high) => Math.min(Math.max(value, low), high);

class Stage {
  constructor(frame) {
    this.svg = frame.querySelector("svg");
    this.frame = frame;
    this.width = Number(this.svg.dataset.width);
    this.height = Number(this.svg.dataset.height);
    this.level = document.querySelector("[data-zoom-level]");
    this.pointers = new Map();
    this.moved = 0;
    // Not on the drawing: htmx copies the style of what has an id, which the policy forbids.
    frame.style.setProperty("--ratio", `${this.width} / ${this.height}`);
    const { x, y, width, height } = this.svg.viewBox.baseVal;
    this.start = { x, y, width, height };
    new ResizeObserver(() => this.resize()).observe(this.svg);
    this.resize();
    this.listen();
    document.querySelector(".zoom").hidden = false;
  }

  get fit() {
    return Math.min(this.box.width / this.width, this.box.height / this.height);
  }

  get isZoomed() {
    return this.scale > this.fit * 1.001;
  }

  resize() {
    const box = this.svg.getBoundingClientRect();
    if (!box.width || !box.height) return;
    const wasFit = this.box && !this.isZoomed;
    this.box = box;
    if (this.scale === undefined) {
      const { x, y, width, height } = this.start;
      this.scale = Math.min(box.width / width, box.height / height);
      [this.x, this.y] = [x + width / 2, y + height / 2];
    } else if (wasFit) {
      this.scale = this.fit;
    }
    this.show();
  }

  show() {
    this.scale = clamp(this.scale, this.fit, Math.max(LARGEST, this.fit));
    const width = this.box.width / this.scale;
    const height = this.box.height / this.scale;
    this.x = width >= this.width ? this.width / 2 : clamp(this.x, width / 2, this.width - width / 2);
    this.y = height >= this.height ? this.height / 2 : clamp(this.y, height / 2, this.height - height / 2);
    this.svg.setAttribute("viewBox", `${this.x - width / 2} ${this.y - height / 2} ${width} ${height}`);
    this.frame.style.setProperty("--unit", `${1 / this.scale}px`);
    this.svg.toggleAttribute("data-ready", true);
    this.svg.toggleAttribute("data-zoomed", this.isZoomed);
    this.shrinkDots();
    this.level.textContent = this.isZoomed ? `${Math.round(this.scale * 100)} %` : "Fit";
    this.sharpen();
  }

  // Landmarks grow with the face up to a few pixels of the screen, so that they hide nothing.
  shrinkDots() {
    if (this.shrunkFor === this.scale) return;
    this.shrunkFor = this.scale;
    for (const dots of this.svg.querySelectorAll(".mark__landmarks")) {
      dots.dataset.size ??= dots.getAttribute("stroke-width");
      dots.setAttribute("stroke-width", Math.min(Number(dots.dataset.size), LARGEST_DOT_PX / this.scale));
    }
  }

  // The preview is made for screens: closer up the original shows more.
  sharpen() {
    const { original } = this.svg.dataset;
    const preview = 2048 / Math.max(this.width, this.height);
    if (!original || this.scale * devicePixelRatio < 1.2 * preview) return;
    delete this.svg.dataset.original;
    const first = this.svg.querySelector("image");
    const sharp = first.cloneNode();
    sharp.setAttribute("aria-hidden", "true");
    sharp.removeAttribute("aria-label");
    sharp.removeAttribute("role");
    sharp.setAttribute("href", original);
    first.after(sharp);
  }

  // Where a point of the screen is in the picture.
  at(event) {
    const box = this.svg.getBoundingClientRect();
    return {
      x: this.x + (event.clientX - box.left - box.width / 2) / this.scale,
      y: this.y + (event.clientY - box.top - box.height / 2) / this.scale,
    };
  }

  // Zooms so that what is under a point stays there.
  zoom(factor, event) {
    const scale = clamp(this.scale * factor, this.fit, Math.max(LARGEST, this.fit));
    if (event) {
      const point = this.at(event);
      const share = this.scale / scale;
      this.x = point.x + (this.x - point.x) * share;
      this.y = point.y + (this.y - point.y) * share;
    }
    this.scale = scale;
    this.show();
  }

  move(right, down) {
    this.x += right / this.scale;
    this.y += down / this.scale;
    this.show();
  }

  reset() {
    this.scale = this.fit;
    this.show();
  }

  listen() {
    this.svg.addEventListener("wheel", (event) => this.onWheel(event), { passive: false });
    this.svg.addEventListener("pointerdown", (event) => this.onDown(event));
    this.svg.addEventListener("pointermove", (event) => this.onMove(event));
    for (const type of ["pointerup", "pointercancel"]) {
      this.svg.addEventListener(type, (event) => this.pointers.delete(event.pointerId));
    }
    // A picture or a link would be dragged away, and the end of a move is no click.
    this.svg.addEventListener("dragstart", (event) => event.preventDefault());
    this.svg.addEventListener("click", (event) => this.moved > A_CLICK_PX && event.preventDefault(), true);
  }

  onWheel(event) {
    // Who scrolls the page, or back up to the picture, does not mean the picture.
    if (!this.isZoomed && !event.ctrlKey && (event.deltaY > 0 || window.scrollY > 0)) return;
    event.preventDefault();
    this.zoom(Math.exp(-event.deltaY * (event.ctrlKey ? 0.01 : 0.0015)), event);
  }

  onDown(event) {
    if (this.svg.hasAttribute("data-drawing") || event.button > 0) return;
    if (!this.pointers.size) this.moved = 0;
    this.pointers.set(event.pointerId, event);
  }

  onMove(event) {
    const before = this.pointers.get(event.pointerId);
    if (!before) return;
    const others = [...this.pointers.values()].filter((one) => one.pointerId !== event.pointerId);
    this.pointers.set(event.pointerId, event);
    if (!others.length && !this.isZoomed) return;
    this.moved += Math.hypot(event.clientX - before.clientX, event.clientY - before.clientY);
    if (this.moved > A_CLICK_PX) this.svg.setPointerCapture(event.pointerId);
    if (!others.length) {
      this.move(before.clientX - event.clientX, before.clientY - event.clientY);
      return;
    }
    const [other] = others;
    const distance = (one) => Math.hypot(one.clientX - other.clientX, one.clientY - other.clientY);
    const middle = { clientX: (event.clientX + other.clientX) / 2, clientY: (event.clientY + other.clientY) / 2 };
    this.zoom(distance(event) / Math.max(distance(before), 1), middle);
    this.move((before.clientX - event.clientX) / 2, (before.clientY - event.clientY) / 2);
  }
}

let stage;

export function currentStage() {
  return stage;
}

function begin() {
  const frame = document.querySelector("[data-stage]");
  if (frame && stage?.frame !== frame) stage = new Stage(frame);
}

document.addEventListener("click", (event) => {
  const way = event.target.closest?.("[data-zoom]")?.dataset.zoom;
  if (way === "in") stage.zoom(STEP);
  else if (way === "out") stage.zoom(1 / STEP);
  else if (way === "fit") stage.reset();
});
document.addEventListener("keydown", (event) => {
  // On the key of "+" where that needs Shift.
  if (event.key !== "=" || !isFree(event) || !stage) return;
  event.preventDefault();
  stage.zoom(STEP);
});
// The page brings another picture when its analysis is finished.
document.addEventListener("htmx:load", begin);
begin();
