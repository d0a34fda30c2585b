// Puts a text into the clipboard: <button data-copy="#field">. Without scripts people select it.

async function copy(field) {
  field.select();
  // Only https and this machine give pages the newer way.
  if (navigator.clipboard) await navigator.clipboard.writeText(field.value);
  else if (!document.execCommand("copy")) throw new Error("refused");
}

for (const button of document.querySelectorAll("[data-copy]")) {
  const field = document.querySelector(button.dataset.copy);
  const said = button.closest("[data-copy-field]").querySelector("[data-copy-said]");
  button.hidden = false;
  field.addEventListener("focus", () => field.select());
  button.addEventListener("click", async () => {
    try {
      await copy(field);
      said.textContent = "Copied.";
    } catch {
      said.textContent = "The browser did not allow it: copy the selected text yourself.";
    }
  });
}
