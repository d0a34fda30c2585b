// What is folded stays so when htmx brings the filters anew.

const isOpen = new Map();

document.addEventListener(
  "toggle",
  (event) => {
    if (event.target.matches?.("details.fold[id]")) isOpen.set(event.target.id, event.target.open);
  },
  true,
);

document.addEventListener("htmx:afterSwap", () => {
  for (const fold of document.querySelectorAll("details.fold[id]")) {
    if (isOpen.has(fold.id)) fold.open = isOpen.get(fold.id);
  }
});
