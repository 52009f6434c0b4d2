// The overview tab: sends what is chosen or typed to the server and shows what comes back.
// What was asked for last is asked again whenever the tab is opened, as the index may be another.

const overview = (element, load) => {
  let wanted = {};
  let asked = 0;

  async function show(parts) {
    wanted = { ...wanted, ...parts };
    const mine = ++asked;
    const shown = await load(wanted);
    if (mine !== asked) return;
    const focused = element.contains(document.activeElement) ? document.activeElement.name : "";
    element.innerHTML = shown;
    if (focused) element.querySelector(`[name="${focused}"]`)?.focus();
    if (element.querySelector(".pending")) setTimeout(() => { if (mine === asked) show({}); }, 1000);
  }

  const follow = (subject) => show({ subject, since: "" });
  element.addEventListener("submit", (event) => {
    event.preventDefault();
    follow(event.target.elements.subject.value);
  });
  element.addEventListener("change", ({ target }) => {
    if (target.tagName === "SELECT") show({ [target.name]: target.value });
  });
  element.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (button?.matches(".follow")) follow(button.value);
    if (button?.matches(".to-briefing")) show({ source: button.value });
    if (button?.matches(".to-glance")) follow("");
  });
  new IntersectionObserver((entries) => {
    if (entries.at(-1).isIntersecting) show({});
  }).observe(element);
};
