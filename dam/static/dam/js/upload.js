// Announces files that are chosen, dropped or pasted, sends them, and shows how they get on. The
// server keeps what became of each, so that the page shows it also after it was loaded again.
// Without this script the form sends all of them at once.

import { folderOf, fromList, fromTransfer } from "./dropped-files.js";
import { takeAddresses } from "./pasted-addresses.js";
import { failItem, settleItem, showItem, showTotal, tellTotal } from "./upload-cards.js";
import { Queue, token, troubleOf } from "./upload-queue.js";

const AT_ONCE = 500;

const form = document.querySelector("[data-upload]");
const problem = document.querySelector("[data-upload-problem]");
const one = document.querySelector("[data-chooses-one]");
const section = () => document.querySelector("#upload");

// The upload that this page began or went on with: what is chosen next goes there, too.
let begun = "";

const queue = new Queue(form, {
  show: (item) => {
    showItem(item);
    showTotal(queue.sending);
  },
  settle: (item, card) => {
    settleItem(item, card);
    if (!queue.isBusy) refresh();
  },
  fail: (item, words) => {
    failItem(item, words);
    tell(`${item.file.name}: ${words}`);
  },
  halt: (words) => {
    problem.hidden = !words;
    problem.querySelector("p").textContent = words;
  },
});

function tell(words) {
  const toast = document.createElement("div");
  toast.className = "toast";
  toast.textContent = words;
  document.querySelector("#toasts").replaceChildren(toast);
}

function refresh() {
  document.body.dispatchEvent(new Event("upload-changed"));
}

async function* inPieces(files) {
  let piece = [];
  for await (const file of files) {
    piece.push(file);
    if (piece.length === AT_ONCE) {
      yield piece;
      piece = [];
    }
  }
  if (piece.length > 0) yield piece;
}

async function post(body) {
  const headers = { "HX-Request": "true", "HX-Current-URL": location.href, "X-CSRFToken": token(form) };
  for (;;) {
    const answer = await fetch(form.dataset.announce, { method: "POST", body, headers }).catch(() => null);
    const trouble = troubleOf(answer?.status ?? 0, answer?.headers.get("HX-Redirect"));
    if (!trouble) return answer;
    await queue.halt(trouble);
  }
}

// Say which files are to come, and send those that the server wants. Returns how many these are.
async function announce(files, upload, again) {
  const body = new FormData();
  body.append("upload", upload.uid);
  if (again) body.append("again", "on");
  body.append("files", JSON.stringify(files.map((file) => ({ name: file.name, folder: folderOf(file), size: file.size }))));
  const answer = await post(body);
  if (!answer.ok) {
    tell(`The files could not be noted (error ${answer.status}). Load the page again and choose them again.`);
    return 0;
  }
  const { upload: uid, address, items } = await answer.json();
  Object.assign(upload, { uid, address });
  items.forEach((id, index) => id && queue.add(id, files[index]));
  return items.filter(Boolean).length;
}

function showUpload({ uid, address }) {
  if (!address) return;
  if (section().dataset.uploadUid !== uid) history.replaceState(null, "", address);
  const shown = location.pathname === address ? address + location.search : address;
  htmx.ajax("GET", shown, { target: "#upload", swap: "outerHTML" });
}

async function bring(files, { again = false } = {}) {
  const upload = { uid: again ? section().dataset.uploadUid : begun };
  let chosen = 0;
  let wanted = 0;
  for await (const piece of inPieces(files)) {
    wanted += await announce(piece, upload, again);
    begun = upload.uid;
    if (chosen === 0) showUpload(upload);
    chosen += piece.length;
  }
  if (chosen > AT_ONCE) showUpload(upload);
  if (again && wanted < chosen) {
    tell(wanted ? `${wanted} of the ${chosen} chosen files were missing and are sent.` : "None of the chosen files is missing in this upload.");
  }
}

// Screenshots are all called the same.
function named(file) {
  const at = new Date().toISOString().slice(0, 19).replace("T", " ").replaceAll(":", ".");
  const ending = file.name.split(".").at(-1) || "png";
  return /^image\.\w+$/.test(file.name) ? new File([file], `Pasted ${at}.${ending}`, { type: file.type }) : file;
}

form.toggleAttribute("data-ready", true);
problem.querySelector("button").addEventListener("click", () => queue.goOn());
addEventListener("online", () => queue.halted && queue.goOn());
document.addEventListener("change", ({ target }) => {
  if (target.matches("[data-chooses], [data-chooses-again]")) {
    const files = fromList(target.files);
    const again = target.matches("[data-chooses-again]");
    bring(files, { again }).finally(() => {
      target.value = "";
    });
  } else if (target === one && one.files.length) {
    queue.add(Number(one.dataset.item), one.files[0]);
    one.value = "";
  }
});
document.addEventListener("click", ({ target }) => {
  const id = Number(target.closest("[data-retry]")?.dataset.retry);
  if (!id || queue.again(id)) return;
  one.dataset.item = id;
  one.click();
});
document.addEventListener("submit", ({ target }) => {
  if (!target.matches("[data-retry-all]")) return;
  const isHopeless = queue.againAll() === 0 && target.dataset.retryAll === "0";
  if (isHopeless) tell("The browser does not hold these files any more: choose them again.");
});
document.body.addEventListener("htmx:configRequest", ({ detail }) => {
  if (detail.elt.id === "upload-addresses-form") detail.parameters.upload = begun;
});
document.body.addEventListener("htmx:afterSettle", () => {
  showTotal(queue.sending);
  tellTotal();
});
addEventListener("paste", (event) => {
  const files = fromList(event.clipboardData.files).map(named);
  if (files.length > 0) bring(files);
  else takeAddresses(event);
});
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
  bring(fromTransfer(event.dataTransfer));
});
addEventListener("beforeunload", (event) => {
  if (queue.isBusy) event.preventDefault();
});
