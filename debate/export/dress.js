(() => {
  "use strict";
  for (const each of document.querySelectorAll(".script")) each.hidden = false;

  // Dark and light: as the system has it until somebody says otherwise. The choice is kept if it can be.
  const root = document.documentElement, button = document.getElementById("dress"), dark = matchMedia("(prefers-color-scheme: dark)");
  const kept = (value) => { try { return value ? localStorage.setItem("dress", value) : localStorage.getItem("dress"); } catch { return null; } };
  const worn = () => root.dataset.dress || (dark.matches ? "dark" : "light");
  const label = () => { button.textContent = worn() === "dark" ? "Light" : "Dark"; };
  const before = kept();
  if (before === "dark" || before === "light") root.dataset.dress = before;
  button.addEventListener("click", () => { root.dataset.dress = worn() === "dark" ? "light" : "dark"; kept(root.dataset.dress); label(); });
  dark.addEventListener("change", label);
  label();
})();
