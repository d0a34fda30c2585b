// The files of a drop, a file input or the clipboard, folders included.

// What systems leave in folders; hidden files begin with a dot.
const CLUTTER = new Set(["thumbs.db", "desktop.ini"]);

const BY_NAME = new Intl.Collator(undefined, { numeric: true });

// Where each file of a dropped folder was; a file input tells that itself.
const folders = new WeakMap();

export function folderOf(file) {
  return folders.get(file) ?? parentOf(file.webkitRelativePath ?? "");
}

function parentOf(path) {
  return path.split("/").slice(0, -1).join("/");
}

function worthSending(file) {
  const name = file.name.toLowerCase();
  return !name.startsWith(".") && !name.endsWith(".xmp") && !CLUTTER.has(name);
}

function fileOf(entry) {
  return new Promise((resolve, reject) => {
    entry.file((file) => {
      folders.set(file, parentOf(entry.fullPath));
      resolve(file);
    }, reject);
  });
}

async function childrenOf(folder) {
  const reader = folder.createReader();
  const children = [];
  for (;;) {
    // A reader gives about a hundred entries at a time, and none at the end.
    const some = await new Promise((resolve, reject) => reader.readEntries(resolve, reject));
    if (some.length === 0) break;
    children.push(...some);
  }
  return children.sort((a, b) => BY_NAME.compare(a.name, b.name));
}

async function* walk(entry) {
  if (entry.isFile) {
    yield await fileOf(entry);
  } else if (!entry.name.startsWith(".")) {
    for (const child of await childrenOf(entry)) yield* walk(child);
  }
}

// Files of a folder come in the order of the disk.
export function fromList(files) {
  return [...files].filter(worthSending).sort((a, b) => BY_NAME.compare(a.webkitRelativePath, b.webkitRelativePath));
}

// Must be called while the event is handled: afterwards the browser forgets what was dropped.
export function fromTransfer(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  const loose = entries.length === 0 ? fromList(transfer.files) : [];
  return (async function* () {
    yield* loose;
    for (const entry of entries) {
      for await (const file of walk(entry)) {
        if (worthSending(file)) yield file;
      }
    }
  })();
}
