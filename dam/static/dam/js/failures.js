// Tells when what htmx asked for does not come, and offers to try again.

const toasts = document.querySelector("#toasts");

function words(xhr) {
  if (!xhr.status) return "The server could not be reached.";
  if (xhr.status === 403) return "You are signed out, or this page is too old for that. Load it again.";
  if (xhr.status === 404) return "This is not there any more.";
  return `The server could not do that (error ${xhr.status}).`;
}

// What a page asks by itself comes again by itself.
function isRepeated(element) {
  return /every/.test(element.getAttribute("hx-trigger") ?? "");
}

function tell(event) {
  const { elt, xhr, pathInfo, requestConfig } = event.detail;
  if (isRepeated(elt)) return;
  const toast = document.createElement("div");
  toast.className = "toast toast--error";
  const text = document.createElement("p");
  text.textContent = words(xhr);
  const again = document.createElement("a");
  again.className = "button button--small";
  again.textContent = "Try again";
  again.href = requestConfig?.verb === "get" ? pathInfo.finalRequestPath : location.pathname + location.search;
  toast.append(text, again);
  toasts.replaceChildren(toast);
}

document.addEventListener("htmx:sendError", tell);
document.addEventListener("htmx:responseError", tell);
document.addEventListener("htmx:afterOnLoad", (event) => {
  // It comes after errors, too.
  if (event.detail.successful && !isRepeated(event.detail.elt)) toasts.replaceChildren();
});
