(() => {
  "use strict";
  const by = (id) => document.getElementById(id);
  const words = by("words"), found = by("found"), hits = by("hits"), list = by("list");
  const MOST = 200, AROUND = 90;

  // What is searched comes when somebody searches, and is put into small letters once.
  let passages = null, asked = false, waiting = 0;
  window.yalta = (conferences) => {
    passages = [];
    for (const [page, title, names, said] of conferences) {
      for (const [turn, who, text] of said) {
        const name = who < 0 ? "" : names[who];
        const low = ((turn ? name : names.join(" ")) + " " + text).toLowerCase();
        passages.push({ page, title, turn, name, text, low });
      }
    }
    search();
  };
  const load = () => {
    if (asked) return;
    asked = true;
    const script = document.createElement("script");
    script.src = "search.js";
    script.onerror = () => { found.textContent = "search.js is missing"; };
    document.head.append(script);
  };

  const element = (name, text, kind) => {
    const made = document.createElement(name);
    if (text) made.textContent = text;
    if (kind) made.className = kind;
    return made;
  };
  const snippet = (text, all) => {
    const low = text.toLowerCase(), same = low.length === text.length;
    const spans = same ? all.map((word) => [low.indexOf(word), word.length]).filter(([at]) => at >= 0).sort((a, b) => a[0] - b[0]) : [];
    const first = spans.length ? Math.max(0, spans[0][0] - AROUND) : 0, last = Math.min(text.length, first + 3 * AROUND);
    const line = element("p");
    if (first) line.append("…");
    let at = first;
    for (const [start, length] of spans) {
      if (start < at || start + length > last) continue;
      line.append(text.slice(at, start), element("mark", text.slice(start, start + length)));
      at = start + length;
    }
    line.append(text.slice(at, last));
    if (last < text.length) line.append("…");
    return line;
  };
  const hit = (passage, all) => {
    const made = element("li"), link = element("a", passage.title);
    link.href = passage.page + (passage.turn ? "#t" + passage.turn : "");
    const about = element("p", "", "about");
    about.append(link, passage.turn ? ", " + (passage.name ? "turn " + passage.turn + ", " + passage.name : "after turn " + passage.turn) : "");
    made.append(about, snippet(passage.text, all));
    return made;
  };
  const search = () => {
    waiting = 0;
    const all = words.value.toLowerCase().split(/\s+/).filter(Boolean);
    list.hidden = all.length > 0;
    hits.hidden = !all.length;
    if (!all.length) { hits.replaceChildren(); found.textContent = ""; return; }
    if (!passages) { found.textContent = "Reading…"; return; }
    const made = [];
    let count = 0;
    for (const passage of passages) {
      if (!all.every((word) => passage.low.includes(word))) continue;
      if (++count <= MOST) made.push(hit(passage, all));
    }
    hits.replaceChildren(...made);
    found.textContent = count > MOST ? "first " + MOST + " of " + count.toLocaleString("en") : count.toLocaleString("en") + " found";
  };
  const later = () => { load(); if (!waiting) waiting = requestAnimationFrame(search); };
  words.addEventListener("focus", load);
  words.addEventListener("input", later);
  words.addEventListener("keydown", (event) => { if (event.key === "Escape") { words.value = ""; search(); } });
  by("find").addEventListener("submit", (event) => event.preventDefault());
  addEventListener("keydown", (event) => {
    if (event.key !== "/" || event.ctrlKey || event.metaKey || event.altKey || event.target === words) return;
    event.preventDefault();
    words.focus();
  });
  if (words.value) later();
})();
