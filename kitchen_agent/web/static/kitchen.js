"use strict";
// One page of the kitchen. It asks once a second for what is new, draws timers by the server's clock, and keeps what was
// tapped until the server has acknowledged it. What a button tells, and its key, stand in the button.

const ASK_MS = 1000, ANSWER_MS = 5000, TOLD_MS = 20000, SETTLE_MS = 300, SAID_MS = 6000;
const main = document.querySelector("main"), dialog = document.querySelector("#ask");
const path = document.body.dataset.path, doubledMs = Number(document.body.dataset.doubledMs);
const untold = new Map();      // taps that the server has not acknowledged yet, by key
let cook = new URLSearchParams(location.search).get("cook") ?? "";
let seen = document.body.dataset.seen, ahead = 0, news = null;
let pressed = false, quietUntil = 0, movedAt = 0, connected = true, asking = false;

const sleep = ms => new Promise(done => setTimeout(done, ms));

// The server's news

async function ask() {
  if (asking) return;
  asking = true;
  try {
    const query = new URLSearchParams({cook, seen});
    const answer = await fetch(`${path}/now?${query}`, {cache: "no-store", signal: AbortSignal.timeout(ANSWER_MS)});
    if (answer.status >= 500) throw new Error(answer.statusText);
    connected = true;
    if (answer.ok) ahead = Number(answer.headers.get("Kitchen-Now")) - Date.now();
    if (answer.status === 200) news = {part: await answer.text(), seen: answer.headers.get("Kitchen-Seen"), cook: query.get("cook")};
    else if (!answer.ok) say(await answer.text());
  } catch {
    connected = false;
  }
  asking = false;
  draw();
}

async function keepAsking() {
  for (;;) {
    if (!document.hidden) await ask();
    await sleep(ASK_MS);
  }
}

// The page stands still under a finger, and for a moment after a tap: the second half of a doubled tap meets the same
// button, whose key makes both count once.
function draw() {
  if (news && news.cook === cook && !pressed && Date.now() >= quietUntil) {
    const open = new Set([...main.querySelectorAll("details[open]")].map(part => part.dataset.open));
    const before = layout();
    main.innerHTML = news.part;
    seen = news.seen;
    news = null;
    for (const part of main.querySelectorAll("details")) part.open = open.has(part.dataset.open);
    if (layout() !== before) movedAt = Date.now();
  }
  tick();
}

const layout = () => [...main.querySelectorAll("[data-task]")].map(card => card.dataset.task + card.offsetTop).join();

// 59:59 or 1:00:00, as the terminal has it
function span(seconds) {
  const minutes = Math.floor(seconds / 60), two = number => String(number).padStart(2, "0");
  return `${minutes < 60 ? minutes : `${Math.floor(minutes / 60)}:${two(minutes % 60)}`}:${two(seconds % 60)}`;
}

function tick() {
  const now = Date.now() + ahead, clock = document.querySelector("#clock");
  if (clock) clock.textContent = new Date(now + clock.dataset.offset * 60000).toISOString().slice(11, 19);
  for (const timer of main.querySelectorAll("[data-until]")) {
    const seconds = Math.ceil((timer.dataset.until - now) / 1000);
    timer.textContent = `${span(Math.abs(seconds))} ${seconds < 0 ? "OVER" : "left"}`;
    timer.closest(".card").classList.toggle("over", seconds < 0);
  }
  const offline = document.querySelector("#offline"), waiting = untold.size;
  offline.hidden = connected && !waiting;
  offline.textContent = (connected ? "" : "The kitchen does not answer; timers go on. ")
    + (waiting ? `Not told yet: ${waiting}. Trying again …` : "");
}

// Telling the server

async function post(where, body, milliseconds) {
  return fetch(`${path}/${where}`, {
    method: "POST", headers: {"Content-Type": "application/json"}, body: JSON.stringify(body),
    signal: AbortSignal.timeout(milliseconds),
  });
}

// Tell it until it is acknowledged or refused: with its key it counts once, however often it arrives.
async function tell(where, key, body) {
  if (untold.has(key)) return;
  untold.set(key, body);
  for (;;) {
    try {
      const answer = await post(where, body, TOLD_MS);
      if (answer.status < 500) {
        say(await answer.text());
        break;
      }
    } catch {
      connected = false;
    }
    tick();
    await sleep(ASK_MS);
  }
  untold.delete(key);
  ask();
}

async function put(question) {
  say("One moment …", 120000);
  try {
    const answer = await question;
    if (!answer.ok) return say(await answer.text());
    say("");
    dialog.innerHTML = await answer.text();
    if (!dialog.open) dialog.showModal();
    dialog.querySelector("input")?.focus();
  } catch {
    say("The kitchen does not answer. Try again.");
  }
}

function say(words, milliseconds = SAID_MS) {
  const told = document.querySelector("#told");
  told.textContent = words;
  told.hidden = !words;
  clearTimeout(say.timer);
  say.timer = setTimeout(() => { told.hidden = true; }, milliseconds);
}

// Fingers

function tapped(button) {
  const {tells, key, problem} = button.dataset;
  if (main.contains(button) && Date.now() - movedAt < SETTLE_MS) return say("The page has just moved: tap again.");
  if (button.dataset.cook !== undefined) choose(button.dataset.cook);
  else if (button.dataset.close !== undefined) dialog.close();
  else if (problem) put(fetch(`${path}/problems?${new URLSearchParams({task: problem})}`, {signal: AbortSignal.timeout(ANSWER_MS)}));
  else if (button.dataset.rescues !== undefined) post("rescues", {}, ANSWER_MS).then(ask, ask);
  else if (button.dataset.approve !== undefined) tell("approve", "approve", {by: cook});
  else if (tells) {
    quietUntil = Date.now() + doubledMs;
    button.classList.add("tapped");
    tell("tap", key, {key, by: cook, tells: JSON.parse(tells)});
    if (dialog.contains(button)) dialog.close();
  }
}

function choose(id) {
  cook = id;
  news = null;
  quietUntil = 0;
  history.replaceState(null, "", id ? `?${new URLSearchParams({cook})}` : location.pathname);
  for (const button of main.querySelectorAll("[data-cook]")) {
    button.toggleAttribute("aria-current", button.dataset.cook === cook);
  }
  ask();
}

function submitted(form) {
  const field = form.querySelector("input"), words = field.value.trim();
  if (!words) return;
  if (form.id === "say") {
    put(post("say", {sentence: words}, 120000));
    field.value = "";
    field.blur();
  } else {
    put(post("say", {...form.dataset, amount: words}, 120000));
  }
}

addEventListener("pointerdown", () => { pressed = true; });
for (const end of ["pointerup", "pointercancel"]) addEventListener(end, () => setTimeout(() => { pressed = false; }, 50));
addEventListener("click", event => {
  const button = event.target.closest("button");
  if (button && !button.form) tapped(button);
});
addEventListener("submit", event => {
  event.preventDefault();
  submitted(event.target);
});
document.querySelector("#sentence")?.addEventListener("focus", () => post("ready", {}, TOLD_MS).catch(() => {}), {once: true});
addEventListener("visibilitychange", () => { if (!document.hidden) ask(); });
addEventListener("beforeunload", event => { if (untold.size) event.preventDefault(); });
setInterval(draw, 250);
keepAsking();
