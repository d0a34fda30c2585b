// A slider beside the field of a probability: it writes into the field, which is what is sent.

function setUp(threshold) {
  const number = threshold.querySelector("input[type=number]");
  const slider = threshold.querySelector("input[type=range]");

  function follow() {
    slider.value = Math.round(100 * Number(number.value));
    slider.setAttribute("aria-valuetext", number.value ? `${slider.value} percent or more` : "no limit");
  }

  slider.addEventListener("input", () => {
    number.value = slider.value === "0" ? "" : slider.value / 100;
    follow();
  });
  number.addEventListener("input", follow);
  follow();
  slider.hidden = false;
}

for (const threshold of document.querySelectorAll("[data-threshold]")) setUp(threshold);
