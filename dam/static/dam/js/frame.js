// The frame of every page: menus close by themselves, and looks change without loading the page.

const YEAR_SECONDS = 365 * 24 * 3600;

function closeMenus(isLeft) {
  for (const menu of document.querySelectorAll("details.menu[open]")) {
    if (isLeft(menu)) menu.open = false;
  }
}

document.addEventListener("click", ({ target }) => closeMenus((menu) => !menu.contains(target)));
// An open menu would hide what has the focus then. A click into a menu may give it to what is around.
document.addEventListener("focusin", ({ target }) => closeMenus((menu) => !menu.contains(target) && !target.contains(menu)));

document.addEventListener("keydown", (event) => {
  const menu = event.key === "Escape" && document.querySelector("details.menu[open]");
  // What a menu opened over the page is closed first, by the browser.
  if (!menu || document.querySelector("[popover]:popover-open")) return;
  // It is said to the menu alone: what is selected on the page stays so.
  event.preventDefault();
  menu.open = false;
  menu.querySelector("summary").focus();
});

// A form of looks has buttons, each of which is named by the look and says one value of it.
document.addEventListener("submit", (event) => {
  const button = event.submitter;
  if (!event.target.matches("[data-look]") || !button) return;
  event.preventDefault();
  const secure = location.protocol === "https:" ? "; secure" : "";
  document.cookie = `${button.name}=${button.value}; path=/; max-age=${YEAR_SECONDS}; samesite=lax${secure}`;
  document.documentElement.dataset[button.name] = button.value;
  for (const one of event.target.querySelectorAll(`[name="${button.name}"]`)) {
    one.setAttribute("aria-pressed", String(one === button));
  }
});
