// Joins the faces in a picture with their cards beside it, and remembers which layers are shown.
// The layers themselves are switched by face.css, and every mark is a link, so both work without.

const LAYERS = "facet-hidden-layers";

function hiddenLayers() {
  return new Set((localStorage.getItem(LAYERS) ?? "").split(" ").filter(Boolean));
}

function restoreLayers(root) {
  const hidden = hiddenLayers();
  for (const box of root.querySelectorAll("[data-layer]")) box.checked = !hidden.has(box.dataset.layer);
}

function rememberLayer(box) {
  const hidden = hiddenLayers();
  if (box.checked) hidden.delete(box.dataset.layer);
  else hidden.add(box.dataset.layer);
  localStorage.setItem(LAYERS, [...hidden].join(" "));
}

function markFace(event) {
  const uid = event.target.closest?.("[data-face]")?.dataset.face;
  for (const element of document.querySelectorAll("[data-face]")) {
    element.classList.toggle("is-active", element.dataset.face === uid);
  }
}

for (const type of ["pointerover", "focusin"]) document.addEventListener(type, markFace);
document.addEventListener("change", (event) => {
  if (event.target.matches("[data-layer]")) rememberLayer(event.target);
});
// The page asks for its content again until the analysis is finished.
document.addEventListener("htmx:load", (event) => restoreLayers(event.target));
restoreLayers(document);
