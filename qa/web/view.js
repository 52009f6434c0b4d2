// What the page does by itself: Korean typing, links into a briefing, and the reader beside the chat.
// Asks nothing of any other machine. `page.py` puts it into the head; `briefing.reader` gets the reader.

const briefing = (() => {
  // Enter that ends the composition of a syllable must not send the question. Chromium fires no
  // `keypress` then, which is what gradio listens for; Safari ends the composition first and marks
  // only the `keydown` (code 229), so what follows that one is swallowed too.
  let composing = false;
  document.addEventListener("keydown", (event) => {
    composing = event.isComposing || event.keyCode === 229;
  }, true);
  document.addEventListener("keypress", (event) => {
    if (event.key === "Enter" && (composing || event.isComposing)) event.stopImmediatePropagation();
  }, true);

  // Gradio sets a <base>, so a plain fragment link would reload a page that was opened with ?….
  let opener = null;
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("a[href^='#/']");
    if (!link) return;
    event.preventDefault();
    opener = link;
    const place = link.getAttribute("href");
    if (location.hash === place) window.dispatchEvent(new HashChangeEvent("hashchange"));
    else location.hash = place;
  });

  // The fragment is the state: a link opens the reader, “back” closes it, a copied address works.
  function reader(element, load) {
    const leads = () => location.hash.startsWith("#/");
    const hide = () => {
      element.innerHTML = "";
      opener?.focus?.();
      opener = null;
    };
    const shut = () => {
      if (leads()) history.pushState(null, "", location.pathname + location.search);
      hide();
    };
    const follow = async () => {
      const place = location.hash;
      if (!leads()) return hide();
      const shown = await load(place);
      if (location.hash !== place) return;
      element.innerHTML = shown;
      const page = element.querySelector(".page");
      const goal = page.querySelector("mark, .here");
      page.scrollTop = goal ? goal.offsetTop - page.clientHeight / 3 : 0;
      element.querySelector(".reader").focus({ preventScroll: true });
    };
    window.addEventListener("hashchange", follow);
    element.addEventListener("click", (event) => {
      if (event.target.closest(".shut")) shut();
    });
    document.addEventListener("keydown", (event) => {
      if (event.key === "Escape" && element.querySelector(".reader")) shut();
    });
    follow();
  }

  // An answer is read from its question down; gradio would scroll to its last line.
  const shown = "#conversation :is(.asked, .answer, .not-found, .failure)";
  let before = 0;
  new MutationObserver(() => {
    const pieces = document.querySelectorAll(shown);
    if (pieces.length === before) return;
    before = pieces.length;
    const asked = [...document.querySelectorAll("#conversation .asked")].at(-1);
    const scroller = asked?.closest(".panel-wrap");
    if (!scroller) return;
    scroller.scrollTop += asked.getBoundingClientRect().top - scroller.getBoundingClientRect().top - 16;
  }).observe(document.documentElement, { childList: true, subtree: true });

  // Gradio calls its example buttons a list, which has no items then (6.31).
  new MutationObserver(() => {
    document.querySelector("#conversation .examples[role='list']")?.setAttribute("role", "group");
  }).observe(document.documentElement, { childList: true, subtree: true });

  return { reader };
})();
