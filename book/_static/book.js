// What the style sheet can't do alone. Without JavaScript the book can still be read in full.
(() => {
  "use strict";

  // A box that scrolls must be reachable with the keyboard; an inline formula that is wider than its column becomes such a box.
  function makeScrollable() {
    for (const formula of document.querySelectorAll(".bd-article span.math")) {
      const column = formula.closest("p, li, td, th, dd, h1, h2, h3, div");
      const wide = column && !column.closest("td, th") && formula.firstChild.getBoundingClientRect().width > column.clientWidth;
      formula.classList.toggle("too-wide", wide);
    }
    for (const box of document.querySelectorAll(".bd-article :is(pre:not([aria-hidden]), .math, .math > div, .pst-scrollable-table-container)")) {
      const scrolls = box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX === "auto";
      box.toggleAttribute("tabindex", scrolls);
      if (scrolls) box.tabIndex = 0;
      if (box.matches(".math, .math > div")) {
        for (const [name, value] of [["role", "group"], ["aria-label", "Wide formula"]]) scrolls ? box.setAttribute(name, value) : box.removeAttribute(name);
      }
    }
  }

  // Paper has no folds, and is white: open what is closed for printing, and close it again.
  let opened = [];
  let theme;
  addEventListener("beforeprint", () => {
    opened = [...document.querySelectorAll("details:not([open])")];
    for (const fold of opened) fold.open = true;
    theme = document.documentElement.dataset.theme;
    document.documentElement.dataset.theme = "light";
  });
  addEventListener("afterprint", () => {
    for (const fold of opened) fold.open = false;
    document.documentElement.dataset.theme = theme;
  });

  // The sidebar is a landmark, but the theme doesn't say so.
  const sidebar = document.getElementById("pst-primary-sidebar");
  sidebar?.setAttribute("role", "complementary");
  sidebar?.setAttribute("aria-label", "The book");

  // Nor do its dialogs have names, and its buttons say neither what they open nor which colours are on.
  const NAMES = { "primary-toggle": "Chapters", "secondary-toggle": "Contents of this page" };
  for (const [name, label] of Object.entries(NAMES)) {
    const button = document.querySelector(`.${name}`);
    button?.setAttribute("aria-label", label);
    document.getElementById(`pst-${name.replace("toggle", "sidebar-modal")}`)?.setAttribute("aria-label", label);
    // A click takes the focus away from them: good for a mouse, but a keyboard would begin anew at the top.
    if (button) button.blur = () => button.matches(":focus-visible") || HTMLElement.prototype.blur.call(button);
  }
  const search = document.getElementById("pst-search-dialog");
  search?.setAttribute("aria-label", "Search");
  let last; // where the keyboard was before the search
  addEventListener("focusin", ({ target }) => search?.contains(target) || (last = target));
  search?.addEventListener("close", () => last?.focus());

  const nameMode = () => {
    for (const button of document.querySelectorAll(".theme-switch-button")) {
      button.setAttribute("aria-label", `Color mode: ${document.documentElement.dataset.mode}`);
    }
  };
  new MutationObserver(nameMode).observe(document.documentElement, { attributeFilter: ["data-mode"] });
  nameMode();

  addEventListener("load", () => {
    makeScrollable();
    addEventListener("resize", makeScrollable);
    document.addEventListener("toggle", makeScrollable, true); // the contents of a fold have no size until it opens
  });
})();
