// What textual-serve's script does not do: where its websocket is, when its fonts are there, and what
// is said where a tab was refused or has ended.
"use strict";

const terminal = document.getElementById("terminal");
const origin = location.origin.replace(/^http/, "ws");
terminal.dataset.sessionWebsocketUrl = `${origin}/ws`;

const rater = encodeURIComponent(document.body.dataset.rater);
const Native = window.WebSocket;
window.WebSocket = class extends Native {
  constructor(address) {
    super(`${address}&rater=${rater}`);
    this.addEventListener("close", (event) => {
      if (event.reason) {
        document.getElementById("why").textContent = event.reason;
      } else if (!event.wasClean) {
        document.getElementById("why").textContent = "The connection has gone.";
      }
    });
  }

  // A size that is told before it is open is told again when it is.
  send(data) {
    if (this.readyState === Native.OPEN) super.send(data);
  }
};

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
