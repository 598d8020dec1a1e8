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

  // A call for help is heard, where staff want that. What they want is remembered; browsers keep quiet until the page was touched
  // once, which is said. Where there is no sound at all nothing is offered: the title tells.
  const bell = document.getElementById("bell");
  const ask = document.getElementById("ask");
  const quiet = document.getElementById("quiet");
  const again = 30000; // a call that nobody answers is heard once more
  const keep = (store, key, value) => { try { store().setItem(key, value); } catch { /* it is not remembered */ } };
  const kept = (store, key) => { try { return store().getItem(key); } catch { return null; } };
  const Audio = window.AudioContext;
  let wish = kept(() => localStorage, "sound");
  let audio = null;
  const show = () => {
    if (!Audio || !bell) return;
    bell.hidden = false;
    bell.setAttribute("aria-pressed", String(wish === "on"));
    bell.textContent = wish === "on" ? bell.dataset.heard : bell.dataset.silent;
    ask.hidden = wish !== null;
    quiet.hidden = !(wish === "on" && audio && audio.state !== "running");
  };
  const wakeUp = () => {
    if (wish !== "on" || !Audio) return Promise.resolve();
    if (!audio) {
      audio = new Audio();
      audio.onstatechange = show;
    }
    return audio.state === "running" ? Promise.resolve() : audio.resume().catch(() => {});
  };
  const ring = () => {
    if (wish !== "on") return;
    if (navigator.vibrate) navigator.vibrate([150, 100, 150]);
    if (!audio || audio.state !== "running") return;
    [[660, 0], [880, 0.22]].forEach(([pitch, after]) => {
      const tone = audio.createOscillator();
      const volume = audio.createGain();
      const from = audio.currentTime + after;
      tone.frequency.value = pitch;
      volume.gain.setValueAtTime(0.0001, from);
      volume.gain.exponentialRampToValueAtTime(0.2, from + 0.02);
      volume.gain.exponentialRampToValueAtTime(0.0001, from + 0.6);
      tone.connect(volume).connect(audio.destination);
      tone.start(from);
      tone.stop(from + 0.65);
    });
  };
  const choose = (what) => {
    wish = what;
    keep(() => localStorage, "sound", what);
    show();
    wakeUp().then(() => { show(); ring(); }); // so that they hear what it will be like
  };
  if (bell) {
    bell.addEventListener("click", () => choose(wish === "on" ? "off" : "on"));
    document.getElementById("ask-on").addEventListener("click", () => choose("on"));
    document.getElementById("ask-off").addEventListener("click", () => choose("off"));
    for (const touch of ["pointerup", "keydown"]) document.addEventListener(touch, () => { wakeUp().then(show); });
    wakeUp();
    setTimeout(show, 0);
  }

  // listen rings for calls that this window has not shown before, also for those that came while the line was cut.
  let known = (kept(() => sessionStorage, "calls") || "").split(" ").filter(Boolean);
  let fresh = !known.length;
  let timer = 0;
  const listen = () => {
    const waiting = [...document.querySelectorAll("[data-call]:not(.answered)")].map((call) => call.dataset.call);
    const come = waiting.filter((call) => !known.includes(call));
    if (come.length && !fresh) {
      ring();
      clearTimeout(timer);
      timer = setTimeout(() => { if (come.some((call) => document.querySelector('[data-call="' + call + '"]:not(.answered)'))) ring(); }, again);
    }
    fresh = false;
    known = waiting;
    keep(() => sessionStorage, "calls", ["-", ...known].join(" "));
  };

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
    document.title = (waiting ? "(" + waiting + ") " + live.dataset.waiting + " · " : "") + live.dataset.title;
    listen();
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
      if (source.readyState === EventSource.CLOSED) setTimeout(reload, gap); // after a refusal it does not come back by itself
    };
  };
  const reload = () => {
    fetch("/?auto", { method: "HEAD" }).then(() => location.assign("/?auto")).catch(() => setTimeout(reload, gap));
  };
  setInterval(() => {
    if (Date.now() - heard > silence || cut && Date.now() - cut > gap) {
      lost.hidden = false;
      document.body.classList.add("stale");
    }
  }, 1000);
  listen();
  open();
})();
