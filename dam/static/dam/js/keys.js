// Keys of one letter or sign. An element with data-key="x" is clicked by that key, or gets the focus
// where one writes into it; "?" lists what block "keys" of the page says. They can be switched off.

const dialog = document.querySelector("#keys");
const onOff = dialog.querySelector("[data-keys-switch]");
const STORED = "keys";

function stored() {
  try {
    return localStorage.getItem(STORED);
  } catch {
    return null; // A browser may forbid it.
  }
}

function isTyping(target) {
  const writes = "textarea, select, [contenteditable], input:not([type=checkbox], [type=radio], [type=range])";
  return target.matches?.(writes) ?? false;
}

// Whether a key that was pressed may be one of these. Other scripts ask it, too.
export function isFree(event) {
  const isHeld = event.ctrlKey || event.metaKey || event.altKey;
  return onOff.checked && !isHeld && !event.defaultPrevented && !isTyping(event.target) && !document.querySelector("dialog[open]");
}

function press(key) {
  for (const element of document.querySelectorAll(`[data-key="${CSS.escape(key)}"]`)) {
    if (!element.checkVisibility()) continue;
    if (isTyping(element)) {
      element.focus();
      element.select?.();
    } else {
      element.click();
    }
    return true;
  }
  return false;
}

document.addEventListener("keydown", (event) => {
  if (!isFree(event) || event.repeat) return;
  if (event.key === "?") dialog.showModal();
  else if (!press(event.key)) return;
  event.preventDefault();
});

document.addEventListener("click", (event) => {
  if (event.target.closest("[data-keys-open]")) dialog.showModal();
  else if (event.target === dialog) dialog.close();
});

onOff.checked = stored() !== "off";
onOff.addEventListener("change", () => {
  try {
    localStorage.setItem(STORED, onOff.checked ? "on" : "off");
  } catch {
    // Then it holds for this page.
  }
});
for (const button of document.querySelectorAll("[data-keys-open]")) button.hidden = false;
