// Arrows go from tile to tile, x and Space select the one that has the focus.

import { isFree } from "./keys.js";
import { boxOf, select } from "./selection.js";

const tiles = () => [...document.querySelectorAll(".tile")];

function middle(tile) {
  const { left, width } = tile.getBoundingClientRect();
  return left + width / 2;
}

// The tile of the next row, above or below, whose middle is nearest.
function inNextRow(tile, step) {
  const all = tiles();
  const top = tile.offsetTop;
  let row = null;
  let best = null;
  for (let place = all.indexOf(tile) + step; all[place]; place += step) {
    const other = all[place];
    if (other.offsetTop === top) continue;
    row ??= other.offsetTop;
    if (other.offsetTop !== row) break;
    const isNearer = !best || Math.abs(middle(other) - middle(tile)) < Math.abs(middle(best) - middle(tile));
    if (isNearer) best = other;
  }
  return best;
}

function target(tile, key) {
  const all = tiles();
  const place = all.indexOf(tile);
  switch (key) {
    case "ArrowLeft":
      return all[place - 1];
    case "ArrowRight":
      return all[place + 1];
    case "ArrowUp":
      return inNextRow(tile, -1);
    case "ArrowDown":
      return inNextRow(tile, 1);
    case "Home":
      return all[0];
    case "End":
      return all.at(-1);
  }
}

document.addEventListener("keydown", (event) => {
  const tile = event.target.closest?.(".tile");
  if (!tile || !isFree(event)) return;
  const isOnBox = event.target === boxOf(tile);
  if (event.key === "x" || (event.key === " " && !isOnBox)) {
    select(tile, !boxOf(tile).checked, { through: event.shiftKey });
    event.preventDefault();
    return;
  }
  const next = target(tile, event.key);
  if (!next) return;
  event.preventDefault();
  if (event.shiftKey) {
    if (!boxOf(tile).checked) select(tile, true);
    select(next, true, { through: true });
  }
  next.querySelector(".tile__link").focus();
  next.scrollIntoView({ block: "nearest" });
});
