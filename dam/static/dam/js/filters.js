// Filters are links, so that they work without scripts, and look like boxes: Space ticks them, too.

document.addEventListener("keydown", (event) => {
  const filter = event.key === " " && event.target.closest?.(".facet__value");
  if (!filter) return;
  event.preventDefault();
  if (!event.repeat) filter.click();
});
