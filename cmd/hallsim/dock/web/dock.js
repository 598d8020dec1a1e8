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
  when("printer", [state.printer, state.printed, stopped()], drawPrinter);
  when("link", state.link, drawLink);
  when("pages", [state.desk_url, state.track_url, state.staff], drawPages);
  when("scanner", state.scanner, drawScanner);
  byId("faults").hidden = state.devices.length === 0;
  const pulled = state.devices.reduce((sum, device) => sum + device.pulled, 0);
  when("jump", [state.devices.length, pulled], () => drawJump(pulled));
  for (const device of state.devices) {
    if (!typing(device)) when("device-" + device.id, device, () => drawDevice(device));
  }
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
  line([...card.name].length > 14 ? "name long" : "name", card.name);
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
  const stop = stopped();
  const words = open ? ["▲", "上盖打开", "Cover open"] : out ? ["▲", "没有纸", "Out of paper"] : stop ? ["▲", stop, ""] : ["●", "就绪", "Ready"];
  byId("printer-state").replaceChildren(make("i", { "aria-hidden": "true" }, words[0]), words[1] + " ", english(words[2]));
  byId("printer-count").textContent = `已出 ${state.printed} 张`;
  byId("printer").classList.toggle("open", open);
  byId("paper-out").setAttribute("aria-checked", String(out));
  byId("cover-open").setAttribute("aria-checked", String(open));
}

// stopped is what else keeps the printer from printing, or empty.
function stopped() {
  const device = state.devices.find((one) => one.id === "printer");
  if (!device) return "";
  const stops = ["off", "cutter_jam", "paper_jam", "overheated", "unrecoverable"];
  const lever = device.groups.flatMap((group) => group.levers).find((one) => stops.includes(one.name) && one.pulled);
  return lever ? lever.text : device.plugged ? "" : "线已拔掉";
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
  const { id, name, pin } = state.staff;
  byId("staff").textContent = `工作人员登录（演示人物）：${name}，工号 ${id}，PIN ${pin}`;
  byId("staff").hidden = !id;
  byId("pages").hidden = !state.desk_url && !state.track_url && !id;
}

function drawScanner() {
  const { there, sees, receipt } = state.scanner;
  byId("scanner").hidden = !there;
  byId("scan-receipt").disabled = !sees || !receipt;
  byId("scan-button").disabled = !sees;
  byId("scan-said").textContent = sees ? (receipt ? "" : "还没有带码的回执。") : "扫码器的线拔掉了，什么也看不见。";
}

const titles = { reader: ["读卡器", "Card reader"], printer: ["打印机", "Receipt printer"], scanner: ["扫码器", "Code scanner"] };
const folds = new Map(); // which groups were unfolded or folded again by hand

function drawJump(pulled) {
  byId("jump").hidden = state.devices.length === 0;
  byId("jump-badge").hidden = pulled === 0;
  byId("jump-badge").textContent = `拨了 ${pulled} 个`;
}

function drawDevice(device) {
  const [title, small] = titles[device.id] || [device.id, ""];
  const cable = device.plugged ? make("span", { class: device.moved ? "badge" : "badge rest" }, `接在 ${device.port}`) : make("span", { class: "badge" }, "线已拔掉");
  const badges = make("span", { class: "badges" }, device.pulled ? make("span", { class: "badge" }, `拨了 ${device.pulled} 个`) : "", cable);
  const buttons = make("div", { class: "cables" });
  const press = (words, focus, act) => {
    const button = make("button", { type: "button", class: "press", "data-focus": focus + device.id }, words);
    button.addEventListener("click", act);
    buttons.append(button);
    return button;
  };
  const plug = (body) => send("plug", { device: device.id, ...body });
  if (device.plugged) press("拔掉线", "pull:", () => plug({ plugged: false }));
  if (!device.plugged || device.moved) press("插回去", "plug:", () => plug({ plugged: true }));
  if (!device.moved) press("换个口", "move:", () => plug({ plugged: true, name: device.id + "-2" }));
  if (device.power) press("断电一下", "power:", () => send("power", {}));
  const reset = press("全部复位", "reset:", () => send("reset/" + device.id, {}));
  reset.classList.add("reset");
  reset.disabled = device.pulled === 0;
  const board = make("section", { class: device.plugged ? "board panel" : "board panel out", id: "board-" + device.id, "aria-labelledby": "title-" + device.id },
    make("header", {}, make("h3", { id: "title-" + device.id }, title, " ", english(small)), badges), drawPulled(device), buttons,
    ...device.groups.map((group) => drawGroup(device, group)));
  const old = document.getElementById("board-" + device.id);
  if (old) old.replaceWith(board);
  else byId("boards").append(board);
}

// drawPulled lists what is pulled, each to be put back by a click.
function drawPulled(device) {
  const chips = device.groups.flatMap((group) => group.levers).filter((lever) => lever.pulled).map((lever) => {
    const words = sentence(lever);
    const chip = make("button", { type: "button", class: "chip", "data-focus": `chip:${device.id}:${lever.name}`, "aria-label": `放回：${words}` },
      words, make("span", { "aria-hidden": "true" }, "✕"));
    chip.addEventListener("click", () => send("levers/" + device.id, { [lever.name]: rest(lever) }));
    return make("li", {}, chip);
  });
  return chips.length ? make("ul", { class: "chips", "aria-label": "拨下的" }, ...chips) : "";
}

const shownNumber = (lever) => Number(Number(lever.value).toFixed(3));

function sentence(lever) {
  if (lever.kind === "switch") return lever.text;
  const option = (lever.options || []).find((one) => one.value === lever.value);
  return `${lever.text} ${option ? option.text : shownNumber(lever)} ${lever.unit || ""}`.trim();
}

function rest(lever) {
  if (lever.kind === "switch") return false;
  return lever.kind === "choice" ? lever.options[0].value : 0;
}

function drawGroup(device, group) {
  const key = device.id + "/" + group.title;
  const pulled = group.levers.filter((lever) => lever.pulled).length;
  const count = pulled ? make("span", { class: "badge" }, String(pulled)) : make("span", { class: "count" }, String(group.levers.length));
  const fold = make("details", {}, make("summary", { "data-focus": "fold:" + key }, group.title, count));
  fold.open = folds.get(key) === true;
  fold.firstChild.addEventListener("click", () => folds.set(key, !fold.open));
  fold.append(make("ul", {}, ...group.levers.map((lever) => make("li", {}, drawLever(device, lever)))));
  return fold;
}

function drawLever(device, lever) {
  const focus = `lever:${device.id}:${lever.name}`;
  const pull = (value) => send("levers/" + device.id, { [lever.name]: value });
  if (lever.kind === "switch") {
    const button = make("button", { type: "button", class: "row", role: "switch", "aria-checked": String(lever.value), "data-focus": focus, title: lever.name },
      make("span", {}, lever.text), make("span", { class: "track", "aria-hidden": "true" }));
    button.addEventListener("click", () => pull(!lever.value));
    return button;
  }
  const row = make("label", { class: lever.pulled ? "row pulled" : "row", title: lever.name }, make("span", {}, lever.text));
  if (lever.kind === "choice") {
    const select = make("select", { "data-focus": focus }, ...lever.options.map((option) => make("option", { value: option.value }, option.text)));
    select.value = lever.value;
    select.addEventListener("change", () => pull(select.value));
    row.append(select);
    return row;
  }
  const input = make("input", {
    type: "number", min: 0, max: lever.most, step: lever.kind === "percent" ? "any" : 1, value: shownNumber(lever), "data-focus": focus,
    inputmode: lever.kind === "percent" ? "decimal" : "numeric", required: "",
  });
  input.addEventListener("change", () => {
    if (input.checkValidity()) {
      input.defaultValue = input.value; // no longer being typed
      pull(Number(input.value));
    } else {
      input.value = input.defaultValue;
      refused(`“${lever.text}”要 0 到 ${lever.most} 的${lever.kind === "percent" ? "数" : "整数"}`);
    }
  });
  row.append(input, make("span", { class: "unit" }, lever.unit || ""));
  return row;
}

// typing says whether a number on a device's board is being typed, so that the board is not drawn anew under it.
function typing(device) {
  const input = document.activeElement;
  return input && input.type === "number" && input.value !== input.defaultValue && input.closest("#board-" + device.id) !== null;
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
    byId("refused").hidden = true;
    if (response.ok) {
      show(said);
      return true;
    }
    refused(said.detail);
  } catch (error) {
    refused("模拟器没有回答");
  } finally {
    asked--;
  }
  drawn.clear(); // what was typed or chosen is not so
  if (state) show(state);
  return false;
}

let hiding = 0;
function refused(why) {
  byId("refused").hidden = false;
  byId("refused").textContent = `没有做成：${why}`;
  clearTimeout(hiding);
  hiding = setTimeout(() => { byId("refused").hidden = true; }, 8000);
}

byId("link").addEventListener("click", () => state && send("link", { up: !state.link.up }));
byId("paper-out").addEventListener("click", () => state && send("printer", { paper_out: !state.printer.paper_out }));
byId("cover-open").addEventListener("click", () => state && send("printer", { cover_open: !state.printer.cover_open }));

async function scan(body, words) {
  if (await send("scan", body)) byId("scan-said").textContent = words;
}
byId("scan-receipt").addEventListener("click", () => scan({ receipt: true }, "回执已放到扫码器前。"));
byId("scan-form").addEventListener("submit", (event) => {
  event.preventDefault();
  const text = byId("scan-text").value;
  if (text && !byId("scan-button").disabled) scan({ text }, `“${text}”已放到扫码器前。`);
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
