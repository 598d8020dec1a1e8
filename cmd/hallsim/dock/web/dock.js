// The page shows what the dock says and sends what is clicked; it decides nothing.
"use strict";

const byId = (id) => document.getElementById(id);

// make builds an element. Text is always set as text, never as HTML: names and notes come from outside.
function make(tag, attributes, ...children) {
  const element = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes || {})) {
    if (value !== null && value !== undefined) element.setAttribute(name, value);
  }
  element.append(...children);
  return element;
}

function english(text) { return make("small", { lang: "en" }, text); }

function portrait() {
  const ns = "http://www.w3.org/2000/svg";
  const svg = document.createElementNS(ns, "svg");
  svg.setAttribute("viewBox", "0 0 56 70");
  const path = document.createElementNS(ns, "path");
  path.setAttribute("fill", "currentColor");
  path.setAttribute("d", "M28 14a13 13 0 1 1 0 26 13 13 0 0 1 0-26zM6 70c0-15 8.5-25 22-25s22 10 22 25z");
  svg.append(path);
  return make("span", { class: "photo", "aria-hidden": "true" }, svg);
}

// Each part of the page is drawn anew only when what it shows has changed, so that focus and animations are left alone.
const drawn = new Map();
function when(part, value, draw) {
  const key = JSON.stringify(value);
  if (drawn.get(part) === key) return;
  drawn.set(part, key);
  const focused = document.activeElement && document.activeElement.dataset.focus;
  draw();
  if (focused) {
    const again = document.querySelector(`[data-focus="${CSS.escape(focused)}"]`);
    if (again && document.activeElement !== again) again.focus({ preventScroll: true });
  }
}

let chosen = 0; // the earlier paper to show large; 0 is the newest
let newest = null; // the newest paper's number, null before the first state
let state = null;
let asked = 0; // requests of this page under way

function show(next) {
  state = next;
  when("cards", [state.cards, state.lying], drawCards);
  when("printer", [state.printer, state.printed], drawPrinter);
  when("link", state.link, drawLink);
  when("pages", [state.desk_url, state.track_url], drawPages);
  when("scanner", [state.scans, state.papers.length > 0], drawScanner);
  byId("faults").hidden = state.devices.length === 0;
  for (const device of state.devices) when("device-" + device.id, device, () => drawDevice(device));
  const first = state.papers.length ? state.papers[0].id : 0;
  const fresh = newest !== null && first > newest;
  if (fresh) chosen = 0;
  newest = first;
  when("papers", [state.papers, chosen], () => drawPapers(fresh));
}

function cardButton(card, lying, inReader) {
  const gone = lying && !inReader;
  const button = make("button", {
    type: "button", class: gone ? "card gone" : "card", "aria-pressed": String(lying),
    "data-focus": (inReader ? "reader:" : "card:") + card.id,
    "aria-label": `${card.name}，${card.kind}，${lying ? "取走" : "放到读卡区"}`,
  });
  const line = (kind, text) => text && button.append(make("span", { class: kind }, text));
  if (!gone) line("kind", card.kind);
  line("name", card.name);
  if (!gone) line("number", card.number);
  if (!inReader) line("note", gone ? "在读卡区 · 点一下取走" : card.note);
  button.append(portrait());
  button.addEventListener("click", () => lying ? send("lift", {}) : send("lay", { card: card.id }));
  return button;
}

function drawCards() {
  const slot = byId("slot");
  const lying = state.cards.find((card) => card.id === state.lying);
  if (lying) {
    const lift = make("button", { type: "button", "data-focus": "lift" }, "取走证件");
    lift.addEventListener("click", () => send("lift", {}));
    slot.replaceChildren(cardButton(lying, true, true), make("div", { class: "lift" }, lift));
  } else {
    slot.replaceChildren(make("div", { class: "empty-slot" }, make("span", {}, "没有证件", english("No card on the reader"))));
  }
  byId("tray").replaceChildren(...state.cards.map((card) => make("li", {}, cardButton(card, card.id === state.lying, false))));
}

function drawPrinter() {
  const { paper_out: out, cover_open: open } = state.printer;
  const words = open ? ["▲", "上盖打开", "Cover open"] : out ? ["▲", "没有纸", "Out of paper"] : ["●", "就绪", "Ready"];
  byId("printer-state").replaceChildren(make("i", { "aria-hidden": "true" }, words[0]), words[1] + " ", english(words[2]));
  byId("printer-count").textContent = `已出 ${state.printed} 张`;
  byId("printer").classList.toggle("open", open);
  byId("paper-out").setAttribute("aria-checked", String(out));
  byId("cover-open").setAttribute("aria-checked", String(open));
}

function drawLink() {
  const up = state.link.up;
  byId("link").setAttribute("aria-checked", String(up));
  byId("link-word").textContent = up ? "联网" : "断网";
  byId("link-word-en").textContent = up ? "Online" : "Cut off";
  byId("cable").classList.toggle("cut", !up);
  byId("link-hint").textContent = up ? "点一下，拔掉终端到中心平台的网线。" : "网线已拔掉，终端照常收件。点一下插回去。";
}

function drawPages() {
  const page = (id, address) => {
    byId(id).hidden = !address;
    if (address) byId(id).href = address;
  };
  page("desk", state.desk_url);
  page("track", state.track_url);
  byId("pages").hidden = !state.desk_url && !state.track_url;
}

function drawScanner() {
  byId("scanner").hidden = !state.scans;
  byId("scan-receipt").disabled = state.papers.length === 0;
}

const titles = { reader: ["读卡器", "Card reader"], printer: ["打印机", "Receipt printer"], scanner: ["扫码器", "Code scanner"] };
const folds = new Map(); // which groups were folded or unfolded by hand; the others are open while a lever of theirs is pulled

function drawDevice(device) {
  const [title, small] = titles[device.id] || [device.id, ""];
  const badge = device.pulled ? make("span", { class: "badge" }, `拨了 ${device.pulled} 个`) : "";
  const cable = device.plugged ? make("span", { class: "badge rest" }, "已接") : make("span", { class: "badge" }, "已拔掉");
  const head = make("header", {}, make("h3", {}, title, " ", english(small)), make("span", { class: "badges" }, badge, cable));
  const buttons = make("div", { class: "cables" });
  const press = (words, focus, act) => {
    const button = make("button", { type: "button", class: "press", "data-focus": focus + device.id }, words);
    button.addEventListener("click", act);
    buttons.append(button);
    return button;
  };
  if (device.plugged) {
    press("拔掉数据线", "plug:", () => send("plug/" + device.id, { plugged: false }));
  } else {
    press("插回原处", "plug:", () => send("plug/" + device.id, { plugged: true }));
    press("换个口插上", "other:", () => send("plug/" + device.id, { plugged: true, as: device.id + "-moved" }));
  }
  if (device.power) press("断电一下", "power:", () => send("power", {}));
  press("全部复位", "reset:", () => send("reset/" + device.id, {})).disabled = device.pulled === 0;
  const board = make("section", { class: device.plugged ? "board panel" : "board panel out", id: "board-" + device.id }, head, buttons);
  for (const group of device.groups) board.append(drawGroup(device, group));
  const old = document.getElementById("board-" + device.id);
  if (old) old.replaceWith(board);
  else byId("boards").append(board);
}

function drawGroup(device, group) {
  const key = device.id + "/" + group.title;
  const pulled = group.levers.filter((lever) => lever.pulled).length;
  const fold = make("details", {}, make("summary", {}, group.title, pulled ? make("span", { class: "badge" }, String(pulled)) : ""));
  fold.open = folds.has(key) ? folds.get(key) : pulled > 0;
  fold.firstChild.addEventListener("click", () => folds.set(key, !fold.open));
  fold.append(make("ul", {}, ...group.levers.map((lever) => make("li", {}, drawLever(device, lever)))));
  return fold;
}

function drawLever(device, lever) {
  const focus = `lever:${device.id}:${lever.name}`;
  const pull = (value) => send("levers/" + device.id, { [lever.name]: value });
  if (lever.kind === "switch") {
    const button = make("button", { type: "button", class: "lever", role: "switch", "aria-checked": String(lever.value), "data-focus": focus, title: lever.name },
      make("span", { class: "lever-text" }, lever.text), make("span", { class: "track", "aria-hidden": "true" }));
    button.addEventListener("click", () => pull(!lever.value));
    return button;
  }
  const row = make("label", { class: lever.pulled ? "setting pulled" : "setting", title: lever.name }, make("span", {}, lever.text));
  let input;
  if (lever.kind === "choice") {
    input = make("select", { "data-focus": focus }, ...lever.options.map((option) => make("option", { value: option.value }, option.text)));
    input.value = lever.value;
    input.addEventListener("change", () => pull(input.value));
  } else {
    input = make("input", {
      type: "number", min: 0, max: lever.most, step: lever.kind === "percent" ? "any" : 1, value: Number(Number(lever.value).toFixed(3)), "data-focus": focus, inputmode: "decimal",
    });
    input.addEventListener("change", () => pull(Number(input.value)));
  }
  row.append(input);
  return row;
}

const clock = new Intl.DateTimeFormat("zh-CN", { hour: "2-digit", minute: "2-digit", second: "2-digit", hour12: false });
const time = (paper) => clock.format(new Date(paper.at));

function picture(paper, words) {
  if (!paper.width) return make("p", {}, `收到 ${paper.bytes} 字节，没有图像`);
  return make("img", { src: `/papers/${paper.id}.png?rev=${paper.rev}`, width: paper.width, height: paper.height, alt: words });
}

function drawPapers(fresh) {
  const outlet = byId("outlet");
  const large = state.papers.find((paper) => paper.id === chosen) || state.papers[0];
  const about = byId("about");
  outlet.classList.toggle("idle", !large);
  about.hidden = !large;
  if (!large) {
    const step = (words, small) => make("li", {}, make("span", {}, words, english(small)));
    outlet.replaceChildren(make("div", { class: "no-paper" }, make("b", {}, "还没有回执"), english("No receipt yet"),
      make("ol", { class: "steps" },
        step("把一张证件放到读卡区 ", "Lay a card on the reader"),
        step("在终端上办一件事，断网也行 ", "Use the kiosk, even cut off"),
        step("回执从这里出来 ", "The receipt comes out here"))));
  } else {
    about.replaceChildren(make("span", {}, `第 ${large.id} 张 · ${time(large)}`));
    if (large.track_url) {
      about.append(make("a", { href: large.track_url, target: "_blank", rel: "noopener noreferrer" }, "扫码看到的页面 ↗"));
    }
    about.append(make("a", { href: `/papers/${large.id}.bin`, download: "" }, `原始数据 ${large.bytes} 字节`));
    outlet.replaceChildren(make("div", { class: fresh ? "paper new" : "paper" }, picture(large, `第 ${large.id} 张回执`)));
  }
  byId("earlier").hidden = state.papers.length < 2;
  byId("earlier-list").replaceChildren(...state.papers.map((paper) => {
    const button = make("button", { type: "button", class: "thumb", "aria-pressed": String(paper === large), "data-focus": "paper:" + paper.id },
      make("span", {}, picture(paper, "")), `第 ${paper.id} 张 ${time(paper)}`);
    button.addEventListener("click", () => {
      chosen = paper.id;
      show(state);
    });
    return make("li", {}, button);
  }));
}

async function send(what, body) {
  asked++;
  try {
    const response = await fetch("/api/" + what, {
      method: "POST", headers: { "Content-Type": "application/json" }, body: JSON.stringify(body), signal: AbortSignal.timeout(5000),
    });
    const said = await response.json();
    byId("refused").hidden = response.ok;
    if (response.ok) {
      show(said);
    } else {
      byId("refused").textContent = `没有做成：${said.detail}`;
    }
  } catch (error) {
    byId("refused").hidden = false;
    byId("refused").textContent = "没有做成：模拟器没有回答";
  } finally {
    asked--;
  }
}

byId("link").addEventListener("click", () => state && send("link", { up: !state.link.up }));
byId("paper-out").addEventListener("click", () => state && send("printer", { paper_out: !state.printer.paper_out }));
byId("cover-open").addEventListener("click", () => state && send("printer", { cover_open: !state.printer.cover_open }));

byId("scan-receipt").addEventListener("click", () => send("scan", { receipt: true }));
byId("scan-form").addEventListener("submit", (event) => {
  event.preventDefault();
  if (byId("scan-text").value) send("scan", { text: byId("scan-text").value });
});

// Events bring every change. While the stream is down the page asks once a second.
let streaming = false;
function heard(next) {
  byId("lost").hidden = true;
  if (asked === 0) show(next); // else the answer under way is the newer one
}
function listen() {
  const events = new EventSource("/events");
  events.addEventListener("open", () => { streaming = true; });
  events.addEventListener("state", (event) => {
    streaming = true;
    heard(JSON.parse(event.data));
  });
  events.addEventListener("error", () => {
    streaming = false;
    if (events.readyState === EventSource.CLOSED) setTimeout(listen, 5000);
  });
}
async function poll() {
  if (!streaming) {
    try {
      const response = await fetch("/api/state", { signal: AbortSignal.timeout(3000) });
      if (!response.ok) throw new Error(response.statusText);
      heard(await response.json());
    } catch (error) {
      byId("lost").hidden = false;
    }
  }
  setTimeout(poll, 1000);
}
listen();
poll();
