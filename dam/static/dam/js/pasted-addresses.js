// Puts addresses that are pasted anywhere on the page into the list of addresses.

const ADDRESS = /https?:\/\/[^\s<>"']+/g;

function isWrittenInto(target) {
  return target instanceof Element && target.closest("input, textarea, [contenteditable]") !== null;
}

// Tell whether there were any.
export function takeAddresses(event) {
  const found = event.clipboardData.getData("text").match(ADDRESS);
  const field = document.querySelector("#id_addresses");
  if (!found || isWrittenInto(event.target)) return false;
  const lines = field.value.split("\n").filter((line) => line.trim());
  field.value = [...new Set([...lines, ...found])].join("\n");
  field.closest("details").open = true;
  field.focus();
  event.preventDefault();
  return true;
}
