/* What the theme leaves out for readers with a keyboard or a screen reader. */
document.addEventListener("DOMContentLoaded", () => {
  for (const caption of document.querySelectorAll(".sidebar-tree .caption")) {
    caption.setAttribute("aria-level", "2");
  }
  for (const [selector, label] of [[".sidebar-drawer", "Site"], [".toc-drawer", "Page"]]) {
    document.querySelector(selector)?.setAttribute("aria-label", label);
  }
  for (const scrolled of document.querySelectorAll(".table-wrapper, .highlight > pre")) {
    scrolled.tabIndex = 0;
  }
});
