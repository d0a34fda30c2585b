// Sends a picture as soon as it is chosen, pasted or dropped, and says that this takes a moment.

const form = document.querySelector("[data-takes-picture]");
const input = form.querySelector("input[type=file]");

function send(files) {
  const picture = [...files].find((file) => file.type.startsWith("image/"));
  if (!picture) return false;
  const one = new DataTransfer();
  one.items.add(picture);
  input.files = one.files;
  form.requestSubmit();
  return true;
}

input.addEventListener("change", () => {
  if (input.files.length) form.requestSubmit();
});
form.addEventListener("submit", () => {
  const button = form.querySelector("[data-busy]");
  button.dataset.words ??= button.textContent;
  button.textContent = button.dataset.busy;
  button.setAttribute("aria-disabled", "true");
});
// Who comes back may search again.
addEventListener("pageshow", () => {
  const button = form.querySelector("[data-words]");
  if (!button) return;
  button.textContent = button.dataset.words;
  button.removeAttribute("aria-disabled");
});
addEventListener("paste", (event) => {
  if (send(event.clipboardData.files)) event.preventDefault();
});
addEventListener("dragover", (event) => {
  event.preventDefault();
  form.toggleAttribute("data-over", true);
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form.toggleAttribute("data-over", false);
});
addEventListener("drop", (event) => {
  event.preventDefault();
  form.toggleAttribute("data-over", false);
  send(event.dataTransfer.files);
});
form.querySelector("[data-picture-hint]").hidden = false;
