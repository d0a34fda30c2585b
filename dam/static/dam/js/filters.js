// Filters are links, so that they work without scripts, and look like boxes: Space ticks them, too.
// On a narrow screen they are a sheet over the page, which Escape closes.

const sheet = document.querySelector("#filter-switch");

document.addEventListener("keydown", (event) => {
  if (event.key === "Escape" && sheet.checked && sheet.checkVisibility()) {
    sheet.checked = false;
    sheet.focus();
    return;
  }
  const filter = event.key === " " && event.target.closest?.(".facet__value");
  if (!filter) return;
  event.preventDefault();
  if (!event.repeat) filter.click();
});
