// What a person folds or unfolds stays so: when htmx brings the filters anew, and next time.

const STORED = "folds";

function stored() {
  try {
    return JSON.parse(localStorage.getItem(STORED)) ?? {};
  } catch {
    return {}; // A browser may forbid it.
  }
}

const isOpen = stored();

document.addEventListener("click", (event) => {
  const fold = event.target.closest?.("details.fold[id] > summary")?.parentElement;
  if (!fold) return;
  // The browser turns it round after this.
  isOpen[fold.id] = !fold.open;
  try {
    localStorage.setItem(STORED, JSON.stringify(isOpen));
  } catch {
    // Then it holds for this page.
  }
});

function restore() {
  for (const fold of document.querySelectorAll("details.fold[id]")) {
    if (fold.id in isOpen) fold.open = isOpen[fold.id];
  }
}

restore();
document.addEventListener("htmx:oobAfterSwap", restore);
document.addEventListener("htmx:afterSwap", restore);
