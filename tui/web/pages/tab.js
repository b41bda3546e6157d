// What textual-serve's script does not do: where its websocket and files are, when its fonts are there and how
// large they are, what is said where a tab was refused or has ended, and coming back.
"use strict";

// Of 60 columns each screen makes something, and in smaller letters nobody reads.
const COLUMNS = 60;
const SIZES = { least: 10, most: 16 }; // pixels
const WIDTH = 0.6; // of a letter, in its size
// How long until the server is asked again whether it is there.
const PAUSE = 1000; // ms
const GOING_AWAY = 1001;

const terminal = document.getElementById("terminal");
// The door that this page was let in by: whatever else is opened in this browser, it stays there.
const door = location.origin + location.pathname;
terminal.dataset.sessionWebsocketUrl = `${door.replace(/^http/, "ws")}ws`;
const fitting = Math.floor(window.innerWidth / COLUMNS / WIDTH);
terminal.dataset.fontSize = Math.min(Math.max(fitting, SIZES.least), SIZES.most);

const likes = (what) => window.matchMedia(`(prefers-${what})`).matches;
const prefers = likes("contrast: more") ? "contrast" : likes("color-scheme: light") ? "light" : "dark";

const say = (id, text) => {
  document.getElementById(id).textContent = text;
};

// Where the server or the way to it has gone, the tab opens again when they are back. It does not
// where it was never open, else a page that cannot be opened would be asked for without an end.
const comeBack = async () => {
  say("again", "This page opens again by itself once the server answers.");
  for (;;) {
    await new Promise((done) => setTimeout(done, PAUSE));
    if (document.hidden) continue;
    const answer = await fetch(door).catch(() => null);
    if (answer?.ok) return location.reload();
    if (answer?.status === 403) return say("again", "This link opens nothing any more.");
  }
};

const Native = window.WebSocket;
window.WebSocket = class extends Native {
  constructor(address) {
    super(`${address}&prefers=${prefers}`);
    this.addEventListener("close", (event) => {
      const isLost = !event.wasClean || event.code === GOING_AWAY;
      if (event.reason) say("why", event.reason);
      else if (isLost) say("why", "The connection has gone.");
      if (isLost && document.body.classList.contains("-first-byte")) comeBack();
    });
  }

  // A size that is told before it is open is told again when it is.
  send(data) {
    if (this.readyState === Native.OPEN) super.send(data);
  }
};

// Files are had by the same door.
const open = window.open;
window.open = (address, ...rest) =>
  open.call(window, String(address).replace(`${location.origin}/download/`, `${door}download/`), ...rest);

// A terminal measures and draws its fonts once, so they have to be there first.
const start = window.onload;
window.onload = async (event) => {
  const late = new Promise((done) => setTimeout(done, 3000));
  const fonts = ["16px", "bold 16px", "italic 16px"].map((style) =>
    document.fonts.load(`${style} 'Roboto Mono'`)
  );
  await Promise.race([Promise.all(fonts), late]).catch(() => {});
  start(event);
  terminal.querySelector("textarea")?.focus();
};
