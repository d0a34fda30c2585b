// Puts a picture that is pasted or dropped into the form's file input, and sends it.

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
