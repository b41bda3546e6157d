(() => {
  "use strict";
  const by = (id) => document.getElementById(id);

  // Links to turns: a fold that holds one opens; a click on a turn's number copies its address.
  const reveal = () => {
    let id = location.hash.slice(1);
    try { id = decodeURIComponent(id); } catch { /* as it stands */ }
    const there = id && by(id);
    if (!there) return;
    if (there.hidden) clear();
    const fold = there.closest("details");
    if (fold && !fold.open) fold.open = true;
    there.scrollIntoView({ block: "start" });
  };
  const said = by("said");
  const copy = async (text) => {
    try { await navigator.clipboard.writeText(text); } catch { return; }
    said.textContent = "";
    said.textContent = "Link copied";
  };
  document.addEventListener("click", (event) => {
    const link = event.target.closest && event.target.closest("a.link");
    if (link) copy(link.href);
  });
  addEventListener("hashchange", reveal);

  // Search and filter: all text is read once, and what is in view is changed in one pass.
  const words = by("words"), who = by("who"), found = by("found"), back = by("back"), on = by("on"), record = by("record");
  let items = null, open = null, matches = [], at = -1, waiting = 0;
  const read = () => {
    items = [];
    for (const node of record.querySelectorAll(".turn, .memo, .remark, .note-fold")) {
      items.push({ node, text: node.textContent.toLowerCase(), seat: node.dataset.s, room: node.closest(".room"), phase: node.closest(".phase"), turn: node.classList.contains("turn") });
    }
  };
  const count = (n) => n.toLocaleString("en");
  const apply = () => {
    waiting = 0;
    if (!items) read();
    const asked = words.value.toLowerCase().split(/\s+/).filter(Boolean), seat = who.value;
    const all = !asked.length && !seat;
    if (!all && !open) open = new Map(Array.from(record.querySelectorAll(".room"), (room) => [room, room.open]));
    const rooms = new Set(), phases = new Set();
    matches = [];
    let turns = 0;
    for (const item of items) {
      const shown = all || ((!seat || item.seat === seat) && asked.every((word) => item.text.includes(word)));
      if (item.node.hidden === shown) item.node.hidden = !shown;
      if (!shown) continue;
      if (item.turn) turns++;
      if (all) continue;
      matches.push(item);
      if (item.room) rooms.add(item.room);
      phases.add(item.phase);
    }
    for (const phase of record.querySelectorAll(".phase")) phase.hidden = !all && !phases.has(phase);
    for (const room of record.querySelectorAll(".room")) {
      room.hidden = !all && !rooms.has(room);
      if (all && open) room.open = open.get(room); else if (rooms.has(room)) room.open = true;
    }
    if (all) open = null;
    record.classList.toggle("nothing", !all && !matches.length);
    const rest = matches.length - turns;
    found.textContent = all ? "" : count(turns) + (turns === 1 ? " turn" : " turns") + (rest ? " + " + count(rest) : "");
    back.disabled = on.disabled = !matches.length;
    at = -1;
    paint(asked);
    if (!all) show();
  };
  // What is found begins at the record's head: brought into view if it is out of it.
  const show = () => {
    const top = record.getBoundingClientRect().top;
    if (top < -100 || top > innerHeight / 3) record.scrollIntoView({ block: "start" });
  };
  const later = () => { if (!waiting) waiting = requestAnimationFrame(apply); };
  const clear = () => { words.value = ""; who.value = ""; apply(); };

  // Found words are marked by ranges, and the page itself stays as it was.
  const marks = typeof Highlight === "function" && CSS.highlights;
  const MOST = 1500;
  const ranges = (node, asked, into) => {
    const walker = document.createTreeWalker(node, NodeFilter.SHOW_TEXT);
    for (let text; (text = walker.nextNode()) && into.length < MOST;) {
      const low = text.data.toLowerCase();
      if (low.length !== text.data.length) continue;
      for (const word of asked) {
        for (let i = low.indexOf(word); i >= 0 && into.length < MOST; i = low.indexOf(word, i + word.length)) {
          const range = new Range();
          range.setStart(text, i);
          range.setEnd(text, i + word.length);
          into.push(range);
        }
      }
    }
  };
  const paint = (asked) => {
    if (!marks) return;
    CSS.highlights.delete("found");
    if (!asked.length) return;
    const into = [];
    for (const item of matches) { if (into.length >= MOST) break; ranges(item.node, asked, into); }
    if (into.length) CSS.highlights.set("found", new Highlight(...into));
  };
  const go = (step) => {
    if (!matches.length) return;
    at = at < 0 && step < 0 ? matches.length - 1 : (at + step + matches.length) % matches.length;
    matches[at].node.scrollIntoView({ block: "center" });
    found.textContent = count(at + 1) + " of " + count(matches.length);
  };
  words.addEventListener("input", later);
  who.addEventListener("change", later);
  on.addEventListener("click", () => go(1));
  back.addEventListener("click", () => go(-1));
  by("find").addEventListener("submit", (event) => { event.preventDefault(); go(1); });
  words.addEventListener("keydown", (event) => { if (event.key === "Escape") { clear(); } else if (event.key === "Enter" && event.shiftKey) { event.preventDefault(); go(-1); } });
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || /^(INPUT|SELECT|TEXTAREA)$/.test(event.target.tagName)) return;
    event.preventDefault();
    words.focus();
  });
  if (location.hash) reveal();
})();
