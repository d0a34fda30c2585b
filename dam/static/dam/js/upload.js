// Sends chosen, dropped and pasted files one by one and shows how each is getting on.
// Without this script the form sends all of them at once and the page lists the results.

import { folderOf, fromList, fromTransfer } from "./dropped-files.js";

const AT_ONCE = 3;

const form = document.querySelector("[data-upload]");
const list = document.querySelector("[data-upload-list]");
const blank = document.querySelector("[data-upload-item]");
const total = document.querySelector("[data-upload-total]");
const text = total.querySelector("[data-upload-text]");
const maxBytes = Number(form.dataset.maxBytes);

const items = [];
const waiting = [];
let sending = 0;

class Item {
  constructor(file) {
    this.file = file;
    this.element = blank.content.cloneNode(true).firstElementChild;
    this.bar = this.element.querySelector("progress");
    this.note = this.element.querySelector(".photo-card__reason");
    this.retry = this.element.querySelector("button");
    this.element.querySelector(".photo-card__name").textContent = file.name || "Pasted picture";
    this.retry.addEventListener("click", () => queue(this));
  }

  show(state, note) {
    this.state = state;
    this.note.textContent = note;
    this.retry.hidden = state !== "rejected";
    this.element.firstElementChild.classList.toggle("photo-card--rejected", state === "rejected");
    if (state === "waiting") this.progress(0);
  }

  progress(share) {
    this.share = share;
    this.bar.value = share;
    showTotal();
  }
}

function add(file) {
  const item = new Item(file);
  items.push(item);
  list.append(item.element);
  queue(item);
}

function queue(item) {
  item.show("waiting", "Waiting");
  if (item.file.size > maxBytes) {
    finish(item, "rejected", "The file is larger than this server accepts.");
    return;
  }
  waiting.push(item);
  sendNext();
}

function sendNext() {
  while (sending < AT_ONCE && waiting.length > 0) send(waiting.shift());
}

function send(item) {
  sending += 1;
  item.show("sending", "Sending");
  const body = new FormData();
  body.append("csrfmiddlewaretoken", form.elements.csrfmiddlewaretoken.value);
  body.append("folder", folderOf(item.file));
  body.append("files", item.file, item.file.name || "pasted.png");
  const request = new XMLHttpRequest();
  request.open("POST", form.action);
  request.setRequestHeader("HX-Request", "true");
  request.setRequestHeader("HX-Current-URL", location.href);
  request.upload.addEventListener("progress", (event) => item.progress(event.loaded / event.total));
  request.upload.addEventListener("load", () => item.show("sending", "Checking"));
  request.addEventListener("loadend", () => {
    sending -= 1;
    settle(item, request);
    sendNext();
  });
  request.send(body);
}

function settle(item, request) {
  const answer = document.createElement("template");
  answer.innerHTML = request.responseText;
  const result = answer.content.querySelector("[data-outcome]");
  const outcome = result?.dataset.outcome;
  if (outcome === "created" || outcome === "existing") {
    item.element.replaceWith(result);
    htmx.process(result);
    finish(item, outcome);
    document.body.dispatchEvent(new Event("photo-stored"));
  } else {
    finish(item, "rejected", result?.querySelector("[data-reason]")?.textContent ?? failure(request));
  }
}

function failure(request) {
  if (request.getResponseHeader("HX-Redirect")) return "You are signed out. Sign in in another tab, then try again.";
  if (request.status === 0) return "The server could not be reached.";
  if (request.status === 403) return "This page is too old to send more. Reload it and choose the file again.";
  if (request.status === 413) return "The file is larger than this server accepts.";
  return `The server could not store it (error ${request.status}).`;
}

function finish(item, state, note = "") {
  item.show(state, note);
  item.progress(1);
}

function showTotal() {
  const count = (...states) => items.filter((item) => states.includes(item.state)).length;
  const bytes = items.reduce((sum, item) => sum + item.file.size, 0) || 1;
  const sent = items.reduce((sum, item) => sum + item.file.size * (item.share ?? 0), 0);
  const existing = count("existing");
  const rejected = count("rejected");
  const words = [`${count("created", "existing")} of ${items.length} stored`];
  if (existing) words.push(`${existing} already there`);
  if (rejected) words.push(`${rejected} rejected`);
  total.hidden = false;
  total.querySelector("progress").value = sent / bytes;
  if (text.textContent !== words.join(" · ")) text.textContent = words.join(" · ");
}

async function addAll(files) {
  for await (const file of files) add(file);
}

form.toggleAttribute("data-ready", true);
for (const input of form.querySelectorAll("input[type=file]")) {
  input.addEventListener("change", () => {
    const files = fromList(input.files);
    form.reset();
    addAll(files);
  });
}
addEventListener("paste", (event) => addAll(fromList(event.clipboardData.files)));
addEventListener("dragover", (event) => {
  event.preventDefault();
  form.toggleAttribute("data-over", true);
});
addEventListener("dragleave", (event) => {
  if (!event.relatedTarget) form.toggleAttribute("data-over", false);
});
addEventListener("drop", (event) => {
  event.preventDefault();
  form.toggleAttribute("data-over", false);
  addAll(fromTransfer(event.dataTransfer));
});
addEventListener("beforeunload", (event) => {
  if (sending > 0) event.preventDefault();
});
