// What a reader does with answers: copy, judge, take the conversation along, narrow the search.
// Everything is read from the page itself; only judgements go to the server. `WORDS` come from it.

const tools = (() => {
  const word = (key) => WORDS[navigator.language.toLowerCase().startsWith("ko") ? "ko" : "en"][key];
  const all = (selector, within = document) => [...within.querySelectorAll(selector)];
  const text = (element) => (element?.textContent ?? "").trim();
  const turns = () => all("#conversation .asked").map((asked, number, asks) => {
    const outcome = all("#conversation :is(.answer, .not-found, .failure)").find((each) =>
      asked.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING &&
      !(asks[number + 1]?.compareDocumentPosition(each) & Node.DOCUMENT_POSITION_FOLLOWING));
    return { asked, outcome };
  });
  const address = (link) => new URL(link.getAttribute("href"), location.href.split("#")[0]).href;

  function say(button, said) {
    const before = button.textContent;
    button.textContent = said;
    setTimeout(() => { button.textContent = before; }, 2000);
  }

  async function copy(button, copied) {
    try {
      await navigator.clipboard.writeText(copied);
    } catch { // an address that is not the own machine's, without TLS
      const area = Object.assign(document.createElement("textarea"), { value: copied });
      document.body.append(area);
      area.select();
      document.execCommand("copy");
      area.remove();
    }
    say(button, word("copied"));
  }

  // A turn as data: what was asked, what came of it, and each quote with its source.
  function turn({ asked, outcome }) {
    const found = outcome?.classList.contains("answer") ? all(".source", outcome) : [];
    const quoted = found.length ? all(".quoted blockquote", outcome) : [];
    return {
      question: asked.textContent,
      status: found.length ? "answered" : outcome?.classList.contains("failure") ? "failed" : "no_evidence",
      said: text(outcome?.querySelector(".said")),
      citations: found.map((each, number) => ({
        quotes: all("p", quoted[number]).map(text),
        heading: text(each.querySelector(".cite strong")),
        briefing: all(".cite .byline > span", each).map(text).join(", "),
        link: address(each.querySelector(".open a")),
      })),
    };
  }

  // Words as Markdown that means nothing but them; at the start of a line, more is a mark.
  const plain = (written) => written.trim().replace(/\s+/g, " ")
    .replace(/[\\`*_[\]<>#|~$&]/g, "\\$&")
    .replace(/^[-+=]/, "\\$&").replace(/^(\d+)([.)])/, "$1\\$2");

  // Markdown with a footnote for every source, numbered on from `first`.
  function markdown({ question, said, citations }, first = 1) {
    const lines = citations.map((each, number) =>
      each.quotes.map((quote) => `> ${plain(quote)}`).join("\n>\n") + `[^${first + number}]`);
    const notes = citations.map((each, number) =>
      `[^${first + number}]: ${plain(each.heading)} — ${plain(each.briefing)} <${each.link}>`);
    const answer = citations.length ? [plain(said), ...lines] : [word("none_title")];
    return [`**${plain(question)}**`, ...answer.filter(Boolean), notes.join("\n")].filter(Boolean).join("\n\n") + "\n";
  }

  function conversation() {
    let notes = 1;
    return turns().map(turn).map((each) => {
      const written = markdown(each, notes);
      notes += each.citations.length;
      return written;
    }).join("\n");
  }

  function save(name, kind, content) {
    const link = document.createElement("a");
    link.href = URL.createObjectURL(new Blob([content], { type: kind }));
    link.download = name;
    link.click();
    URL.revokeObjectURL(link.href);
  }

  const where = (button) => turns().findIndex(({ outcome }) => outcome?.contains(button));
  let server = null; // what the page asks it; see `serve`

  async function judged(button, verdict) {
    const number = where(button);
    const asked = turns().map((each) => each.asked.textContent);
    const card = button.closest(".cards details") ?? button.closest(".answer, .not-found");
    const link = card.querySelector(".source .open a, :scope > .open a")?.getAttribute("href") ?? "";
    say(button, await server.judge({ question: asked[number], history: asked.slice(0, number), verdict, link }));
  }

  // What to ask next comes after an answer, which is not to wait for it.
  async function offerNext(answer) {
    answer.dataset.next = "asked";
    const links = all(".source .open a[href^='#/'], .cards .open a[href^='#/']", answer);
    const offered = await server.follow_ups(links.map((link) => link.getAttribute("href")));
    answer.querySelector(".more").insertAdjacentHTML("beforeend", offered);
  }

  function serve(functions) {
    server = functions;
    const look = () => all("#conversation .answer:not([data-next])").forEach(offerNext);
    new MutationObserver(look).observe(document.body, { childList: true, subtree: true });
  }

  const acts = {
    "copy": (button) => copy(button, markdown(turn(turns()[where(button)]))),
    "copy-link": (button) => copy(button, address(button.parentElement.querySelector("a[href^='#/']"))),
    "right": (button) => judged(button, "right"),
    "wrong": (button) => judged(button, "wrong"),
    "this-one": (button) => judged(button, "right"),
    "ask-this": (button) => again(text(button), {}),
    "any-day": (button) => again(turns()[where(button)].asked.textContent, { any_day: true }),
    "save-markdown": () => save("briefing.md", "text/markdown", conversation()),
    "save-json": () => save("briefing.json", "application/json", JSON.stringify(turns().map(turn), null, 2)),
    "print": () => print(),
    "only-this": (button) => narrow({
      source: decodeURIComponent(button.value), title: text(button.closest("header").querySelector("h2")),
    }),
  };
  document.addEventListener("click", (event) => {
    const button = event.target.closest?.("button");
    const act = button && [...button.classList].find((look) => Object.hasOwn(acts, look));
    if (act) acts[act](button);
  });

  // The scope: what the search is narrowed to, as JSON that goes along with every question. What is
  // in force stands as chips that take it away; `any_day` is meant for one question, and the server
  // takes it out again.
  let narrow = () => {};

  function again(question, once) {
    narrow(once);
    const box = document.querySelector("#question textarea");
    Object.getOwnPropertyDescriptor(HTMLTextAreaElement.prototype, "value").set.call(box, question);
    box.dispatchEvent(new Event("input", { bubbles: true }));
    setTimeout(() => document.querySelector("#question .submit-button").click(), 150); // once both are taken over
  }

  function made(tag, look, said = "") {
    return Object.assign(document.createElement(tag), { className: look, textContent: said });
  }

  function scope(element, props, watch, programmes) {
    const read = () => JSON.parse(props.value || "{}");
    let unfolded = false;
    let names = null; // asked for once, when they are first needed

    function field(name, control, value) {
      const label = made("label", "", word(`scope_${name}`));
      Object.assign(control, { name, value: value ?? "" });
      control.addEventListener("change", () => narrow({ [name]: control.value }));
      label.append(control);
      return label;
    }

    function choice(chosen) {
      const select = made("select", "");
      select.append(new Option(word("scope_all"), ""), ...(names ?? [chosen].filter(Boolean)).map((name) => new Option(name)));
      return select;
    }

    function draw() {
      const now = read();
      const focused = element.contains(document.activeElement) ? document.activeElement.name : "";
      const fold = made("details", "narrow");
      fold.open = unfolded;
      fold.append(made("summary", "", word("scope")));
      for (const end of ["since", "until"]) {
        fold.append(field(end, Object.assign(made("input", ""), { type: "date" }), now[end]));
      }
      fold.append(field("programme", choice(now.programme), now.programme));
      fold.addEventListener("toggle", async () => {
        unfolded = fold.open;
        if (!unfolded || names) return;
        names = [];
        names = await programmes("");
        draw();
      });
      const chips = ["since", "until", "programme", "source"].filter((part) => now[part]).map((part) => {
        const shown = part === "source" ? now.title ?? now.source : now[part];
        const chip = made("button", "chip", `${word(`scope_${part}`)}: ${shown} ✕`);
        Object.assign(chip, { type: "button", ariaLabel: `${chip.textContent.slice(0, -2)} — ${word("scope_remove")}` });
        chip.addEventListener("click", () => narrow({ [part]: "" }));
        return chip;
      });
      element.replaceChildren(fold, ...chips);
      element.querySelector(`[name="${focused}"]`)?.focus();
    }

    narrow = (parts) => {
      props.value = JSON.stringify({ ...read(), ...parts });
      draw();
    };
    watch("value", draw);
    draw();
  }

  return { scope, narrow: (parts) => narrow(parts), serve };
})();
