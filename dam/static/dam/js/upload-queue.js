// Sends files that were announced, three at once, and goes on by itself after a break.

const AT_ONCE = 3;
const FIRST_BREAK_SECONDS = 2;
const LONGEST_BREAK_SECONDS = 60;
// A proxy says these while the server behind it is gone.
const PASSING = new Set([0, 502, 503, 504]);

export function token(form) {
  const cookie = document.cookie.match(/(?:^|; )csrftoken=([^;]+)/);
  return cookie?.[1] ?? form.elements.csrfmiddlewaretoken.value;
}

// Why an answer is none, and after how many seconds it is worth asking again by oneself.
export function troubleOf(status, isSignedOut) {
  if (isSignedOut) return { words: "You are signed out. Sign in in another tab, then try again." };
  if (PASSING.has(status)) {
    return { words: "The server could not be reached. It is tried again in a moment.", passes: true };
  }
  if (status === 403) return { words: "You are signed out, or this page is too old. Load it again, then choose the same files: only what is missing is sent." };
  return null;
}

function failureOf(status) {
  if (status === 413) return "The file is larger than this server accepts.";
  return `The server could not store it (error ${status}).`;
}

export class Queue {
  // `show` is told of items that get on, `settle` of answers, `fail` of files without one, and
  // `halt` of why nothing is sent any more, or "" when it goes on.
  constructor(form, { show, settle, fail, halt }) {
    Object.assign(this, { form, show, settle, fail, tellHalt: halt });
    this.held = new Map();
    this.waiting = [];
    this.sending = new Set();
    this.breakSeconds = FIRST_BREAK_SECONDS;
  }

  get isBusy() {
    return this.waiting.length > 0 || this.sending.size > 0;
  }

  add(id, file) {
    const item = { id, file, share: 0 };
    this.held.set(id, item);
    this.waiting.push(item);
    this.sendNext();
  }

  // Send a file again that the browser still holds; false where it does not.
  again(id) {
    const item = this.held.get(id);
    if (item && !this.sending.has(item) && !this.waiting.includes(item)) {
      this.waiting.push(item);
      this.sendNext();
    }
    return Boolean(item);
  }

  // Returns how many that are.
  againAll() {
    for (const id of this.held.keys()) this.again(id);
    return this.held.size;
  }

  sendNext() {
    while (!this.halted && this.sending.size < AT_ONCE && this.waiting.length > 0) {
      this.send(this.waiting.shift());
    }
    this.form.toggleAttribute("data-sending", this.isBusy);
  }

  send(item) {
    this.sending.add(item);
    this.progress(item, 0, "Sending");
    const body = new FormData();
    body.append("item", item.id);
    body.append("files", item.file, item.file.name || "unnamed");
    const request = new XMLHttpRequest();
    request.open("POST", this.form.action);
    request.setRequestHeader("X-CSRFToken", token(this.form));
    request.setRequestHeader("HX-Request", "true");
    request.setRequestHeader("HX-Current-URL", location.href);
    request.upload.addEventListener("progress", (event) => this.progress(item, event.loaded / event.total, "Sending"));
    request.upload.addEventListener("load", () => this.progress(item, 1, "Checking"));
    request.addEventListener("loadend", () => this.take(item, request));
    request.send(body);
  }

  progress(item, share, words) {
    Object.assign(item, { share, words });
    this.show(item);
  }

  take(item, request) {
    this.sending.delete(item);
    const answer = document.createElement("template");
    answer.innerHTML = request.responseText;
    const card = answer.content.querySelector("[data-outcome]");
    const trouble = troubleOf(request.status, request.getResponseHeader("HX-Redirect"));
    if (card) {
      if (card.dataset.outcome !== "rejected") this.held.delete(item.id);
      this.breakSeconds = FIRST_BREAK_SECONDS;
      this.settle(item, card);
    } else if (trouble) {
      this.waiting.unshift(item);
      this.progress(item, 0, "Not sent yet");
      this.halt(trouble);
    } else {
      this.fail(item, failureOf(request.status));
    }
    this.sendNext();
  }

  // Send nothing more for now. What is returned is kept when it goes on.
  halt({ words, passes }) {
    if (!this.halted) {
      this.halted = withResolvers();
      this.tellHalt(words);
      if (passes) {
        this.timer = setTimeout(() => this.goOn(), this.breakSeconds * 1000);
        this.breakSeconds = Math.min(this.breakSeconds * 2, LONGEST_BREAK_SECONDS);
      }
    }
    return this.halted.promise;
  }

  goOn() {
    clearTimeout(this.timer);
    const { halted } = this;
    this.halted = null;
    this.tellHalt("");
    halted?.resolve();
    this.sendNext();
  }
}

function withResolvers() {
  const made = {};
  made.promise = new Promise((resolve) => {
    made.resolve = resolve;
  });
  return made;
}
