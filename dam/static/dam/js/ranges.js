// Two sliders for the ends of a range. Numbers are written into its fields, which are what is sent.

function setUp(range) {
  const edges = range.dataset.edges.split(",").map(Number);
  const [low, high] = range.querySelectorAll("input[type=range]");
  const [from, to] = range.querySelectorAll("input[type=number]");
  const last = edges.length;
  const stepOf = (number) => edges.findLastIndex((edge) => edge <= number);

  function show() {
    low.setAttribute("aria-valuetext", from.value ? `at least ${from.value}` : "no limit");
    high.setAttribute("aria-valuetext", to.value ? `at most ${to.value}` : "no limit");
    range.querySelectorAll("rect").forEach((bar, place) => {
      bar.classList.toggle("is-out", place < Number(low.value) || place >= Number(high.value));
    });
  }

  low.value = from.value ? Math.max(0, stepOf(Number(from.value))) : 0;
  high.value = to.value ? Math.max(1, stepOf(Number(to.value)) + (edges.includes(Number(to.value)) ? 0 : 1)) : last;
  range.addEventListener("input", (event) => {
    if (event.target === low) {
      low.value = Math.min(Number(low.value), Number(high.value) - 1);
      from.value = Number(low.value) === 0 ? "" : edges[low.value];
    } else if (event.target === high) {
      high.value = Math.max(Number(high.value), Number(low.value) + 1);
      to.value = Number(high.value) === last ? "" : edges[high.value];
    }
    show();
  });
  range.querySelector(".range__sliders").hidden = false;
}

function setUpAll() {
  for (const range of document.querySelectorAll(".range[data-edges]")) {
    if (range.querySelector(".range__sliders").hidden) setUp(range);
  }
}

setUpAll();
document.addEventListener("htmx:afterSwap", setUpAll);
document.addEventListener("htmx:oobAfterSwap", setUpAll);
