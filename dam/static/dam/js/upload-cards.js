// Shows how files get on that are being sent: on their cards, or in a row of their own where the
// page shows other cards; and all of them together in the bar above.

const rows = document.querySelector("[data-upload-sending]");
const blank = document.querySelector("[data-upload-row]");
const told = document.querySelector("[data-upload-told]");

const cardOf = (id) => document.querySelector(`#upload-items [data-item="${id}"]`);
const rowOf = (id) => rows.querySelector(`[data-row="${id}"]`);

function newRow(item) {
  const row = blank.content.cloneNode(true).firstElementChild;
  row.dataset.row = item.id;
  row.querySelector("span").textContent = item.file.name;
  rows.append(row);
  rows.hidden = false;
  return row;
}

export function dropRow(id) {
  rowOf(id)?.remove();
  rows.hidden = rows.childElementCount === 0;
}

export function showItem(item) {
  const card = cardOf(item.id);
  const bar = card?.querySelector("progress");
  if (bar) {
    bar.hidden = false;
    bar.value = item.share;
    card.querySelector("[data-note]").textContent = item.words;
    dropRow(item.id);
  } else {
    (rowOf(item.id) ?? newRow(item)).querySelector("progress").value = item.share;
  }
}

export function settleItem(item, result) {
  dropRow(item.id);
  const card = cardOf(item.id);
  if (!card) return;
  const hadFocus = card.contains(document.activeElement);
  card.replaceWith(result);
  htmx.process(result);
  if (hadFocus) result.querySelector("a, button")?.focus();
}

export function failItem(item, words) {
  dropRow(item.id);
  const note = cardOf(item.id)?.querySelector("[data-note]");
  if (note) note.textContent = words;
}

// The server counts what is done; what is on its way is added here.
export function showTotal(sending) {
  const state = document.querySelector("#upload-state");
  if (!state) return;
  const bar = state.querySelector("progress");
  const onTheWay = [...sending].reduce((sum, item) => sum + item.share, 0);
  bar.value = Math.max(bar.value, Math.min(Number(state.dataset.done) + onTheWay, bar.max));
}

// To screen readers, and only what is news.
export function tellTotal() {
  const words = document.querySelector("#upload-state")?.dataset.told ?? "";
  if (told.textContent !== words) told.textContent = words;
}
