// A slider beside the field of a number: moving it writes into the field, which is what is sent.

function setUp(frame) {
  const number = frame.querySelector("input[type=number]");
  const slider = frame.querySelector("input[type=range]");
  slider.addEventListener("input", () => {
    number.value = slider.value;
    number.dispatchEvent(new Event("input", { bubbles: true }));
  });
  number.addEventListener("input", () => {
    slider.value = number.value;
  });
  slider.hidden = false;
}

for (const frame of document.querySelectorAll("[data-linked-slider]")) setUp(frame);
