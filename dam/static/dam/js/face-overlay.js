// Joins the faces in a picture with their cards beside it, and remembers which layers are shown.
// The layers themselves are switched by face.css, and every mark is a link, so both work without.

const LAYERS = "facet-layers";

function restoreLayers(root) {
  const shown = localStorage.getItem(LAYERS)?.split(" ");
  if (!shown) return;
  for (const box of root.querySelectorAll("[data-layer]")) box.checked = shown.includes(box.dataset.layer);
}

function rememberLayers() {
  const shown = [...document.querySelectorAll("[data-layer]:checked")].map((box) => box.dataset.layer);
  localStorage.setItem(LAYERS, shown.join(" "));
}

function markFace(event) {
  const uid = event.target.closest?.("[data-face]")?.dataset.face;
  for (const element of document.querySelectorAll("[data-face]")) {
    element.classList.toggle("is-active", element.dataset.face === uid);
  }
}

for (const type of ["pointerover", "focusin"]) document.addEventListener(type, markFace);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-layer]")) rememberLayers();
});
// The page asks for its content again until the analysis is finished.
document.addEventListener("htmx:load", (event) => restoreLayers(event.target));
restoreLayers(document);
