// Keeps the page live: the kiosk sends its inner part anew whenever something changes. Without this script the page asks for
// itself every few seconds.
"use strict";
(() => {
  const live = document.getElementById("live");
  if (!live || !window.EventSource) return;
  const lost = document.getElementById("lost");
  const silence = 20000; // the kiosk says a word every five seconds
  const gap = 4000; // the browser comes back after a cut line in three
  let heard = Date.now();
  let cut = 0;
  let pressed = false;
  let pending = "";

  // A part is put in only where it differs: whoever is about to press a button finds it in its place, and what is being
  // typed stays.
  const put = (html) => {
    const fresh = new DOMParser().parseFromString(html, "text/html").body;
    const old = [...live.children];
    const focus = document.activeElement && document.activeElement.id;
    const same = old.length === fresh.children.length && old.every((part, i) => part.tagName === fresh.children[i].tagName && part.id === fresh.children[i].id);
    if (!same) {
      live.replaceChildren(...fresh.children);
    } else {
      [...fresh.children].forEach((part, i) => { if (part.outerHTML !== old[i].outerHTML) old[i].replaceWith(part); });
    }
    if (focus && document.activeElement === document.body) {
      const again = document.getElementById(focus);
      if (again) again.focus();
    }
    const calls = document.getElementById("calls");
    const waiting = calls ? Number(calls.dataset.waiting) : 0;
    document.title = (waiting ? "(" + waiting + ") " : "") + live.dataset.title;
  };
  const alive = () => {
    heard = Date.now();
    cut = 0;
    lost.hidden = true;
    document.body.classList.remove("stale");
  };
  document.addEventListener("pointerdown", () => { pressed = true; });
  for (const end of ["pointerup", "pointercancel"]) {
    document.addEventListener(end, () => {
      pressed = false;
      if (pending) setTimeout(() => { if (!pressed && pending) { put(pending); pending = ""; } }, 300);
    });
  }

  const open = () => {
    const source = new EventSource("/events");
    source.addEventListener("board", (e) => {
      alive();
      if (pressed) pending = e.data; else put(e.data);
    });
    source.addEventListener("beat", alive);
    source.addEventListener("bye", () => { source.close(); location.assign("/"); });
    source.onerror = () => {
      cut = cut || Date.now();
      if (source.readyState === EventSource.CLOSED) setTimeout(again, gap); // after a refusal it does not come back by itself
    };
  };
  const again = () => {
    fetch("/?auto", { method: "HEAD" }).then(() => location.assign("/?auto")).catch(() => setTimeout(again, gap));
  };
  setInterval(() => {
    if (Date.now() - heard > silence || cut && Date.now() - cut > gap) {
      lost.hidden = false;
      document.body.classList.add("stale");
    }
  }, 1000);
  open();
})();
