// What the style sheet can't do alone. Without JavaScript the book can still be read in full.
(() => {
  "use strict";

  // A box that scrolls must be reachable with the keyboard; an inline formula that is wider than its column becomes such a box.
  // That is looked up when a box comes near, since a page has thousands of them.
  const BOXES = ".bd-article :is(pre:not([aria-hidden]), .math, .math > div, .cell_output > .output, .pst-scrollable-table-container)";

  const KINDS = { ".math, .math > div": "Wide formula", ".pst-scrollable-table-container": "Wide table", ".cell_output *": "Wide output" };
  const kind = (box) => KINDS[Object.keys(KINDS).find((selector) => box.matches(selector))] ?? "Wide code";

  function makeScrollable(box) {
    if (box.matches("[aria-hidden]")) return box.removeAttribute("tabindex"), showMore(box); // the code below an editor
    if (box.matches("span.math")) {
      const column = box.closest("p, li, td, th, dd, h1, h2, h3, div");
      const room = column && column.clientWidth - (box.parentElement.matches(".no-break") ? 18 : 0); // for the signs around it
      const wide = column && !column.closest("td, th") && box.firstChild.getBoundingClientRect().width > room;
      box.classList.toggle("too-wide", wide);
    }
    const scrolls = box.scrollWidth > box.clientWidth && getComputedStyle(box).overflowX === "auto";
    showMore(box, scrolls); // before what is written below, which would have the page laid out again
    if (scrolls) box.tabIndex = 0;
    else box.removeAttribute("tabindex");
    for (const [name, value] of [["role", "group"], ["aria-label", kind(box)]]) scrolls ? box.setAttribute(name, value) : box.removeAttribute(name);
  }

  // Without a sign of it, what is cut off looks as if it were complete.
  function showMore(box, scrolls = true) {
    const left = box.scrollLeft;
    const right = box.scrollWidth - box.clientWidth - left;
    box.classList.toggle("more-left", scrolls && left > 4);
    box.classList.toggle("more-right", scrolls && right > 4);
  }
  addEventListener("scroll", ({ target }) => near.has(target) && showMore(target), { capture: true, passive: true });
  addEventListener("input", ({ target }) => target.matches(".live-code") && showMore(target.previousElementSibling));

  const near = new Set();
  const watcher = new IntersectionObserver(
    (changes) => {
      for (const { target, isIntersecting } of changes) {
        if (isIntersecting) near.add(target), makeScrollable(target);
        else near.delete(target);
      }
    },
    { rootMargin: "100%" },
  );
  const watch = () => document.querySelectorAll(BOXES).forEach((box) => watcher.observe(box));

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

  document.querySelector(".bd-links .current > a[href='#']")?.setAttribute("aria-current", "page");

  const chapters = document.querySelector(".primary-toggle");
  const tellSidebar = () => chapters?.setAttribute("aria-expanded", sidebar.checkVisibility({ visibilityProperty: true }));
  if (sidebar) {
    tellSidebar();
    new MutationObserver(() => setTimeout(tellSidebar, 500)).observe(sidebar, { attributeFilter: ["class"] }); // it glides
  }

  // Nor do its dialogs have names, and its buttons say neither what they open nor which colours are on.
  const NAMES = { "primary-toggle": "Chapters", "secondary-toggle": "Contents of this page" };
  for (const [name, label] of Object.entries(NAMES)) {
    const button = document.querySelector(`.${name}`);
    button?.setAttribute("aria-label", label);
    document.getElementById(`pst-${name.replace("toggle", "sidebar-modal")}`)?.setAttribute("aria-label", label);
  }

  // A click takes the focus away from them: good for a mouse, but a keyboard would begin anew at the top.
  for (const button of document.querySelectorAll(".primary-toggle, .secondary-toggle, .theme-switch-button, .search-button")) {
    button.blur = () => button.matches(":focus-visible") || HTMLElement.prototype.blur.call(button);
  }
  // To copy, the keyboard is taken away too.
  addEventListener("click", ({ target, detail }) => detail === 0 && setTimeout(() => target.closest(".copybtn")?.focus()));
  // Who has chosen a section wants to see it.
  document.querySelectorAll("dialog").forEach((dialog) => dialog.addEventListener("click", ({ target }) => target.closest("a[href*='#']") && dialog.close()));

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

  watch();
  addEventListener("resize", () => {
    near.forEach(makeScrollable);
    watch(); // a cell that a reader ran may have made new ones, and then says that something was resized
  });
})();
