/** The talk page: puts the line, the player, the portrait, the words and the composer together. */

import { address, all, get, post, Refusal, remove } from "./api.js";
import { saveClip } from "./clip.js";
import { Composer } from "./composer.js";
import { make, the } from "./elements.js";
import { announce, begin, signedIn } from "./frame.js";
import { LetterDialog } from "./letter.js";
import { offers } from "./offers.js";
import { earlier, remembered } from "./own.js";
import { Player, plays } from "./player.js";
import { line, told } from "./problems.js";
import { remindGently } from "./reminder.js";
import { LiveSocket } from "./socket.js";
import * as speech from "./speech.js";
import { Stage } from "./stage.js";
import { Transcript } from "./transcript.js";
import { spoken, suggest, words } from "./words.js";

/**
 * @typedef {{id: string, opening: {notices: {en: string, zh: string}, offers: string[]}, language: "en" | "zh",
 *   media: {width: number, height: number, mime: string} | null, loops: import("./stage.js").Loops | null}} Conversation
 * @typedef {{id: string, name: string, born: string | null, died: string | null, language: "en" | "zh", role: string}} Memorial
 */

const REPORT_MS = 250; // how often the service is told how far the page has played
const SEVERAL_ATTEMPTS = 2; // before it is asked whether the conversation may still be held
const SETTINGS = "lantern.talk";

class Talk {
  /** @type {import("./socket.js").End | null} the running turn's, until its last picture was shown */
  #end = null;
  #turn = -1; // the running one; -1 while nobody answers
  #began = 0; // when the picture of the running answer would have begun, where it cannot be played
  /** @type {speech.Hearer} */
  #hearer = null;
  /** @type {speech.Hearing | null} */
  #hearing = null;
  #wantsToHear = false;

  /**
   * @param {Memorial} memorial
   * @param {Conversation} conversation
   */
  constructor(memorial, conversation) {
    this.memorial = memorial;
    this.conversation = conversation;
    this.path = `/memorials/${memorial.id}`;
    this.own = `${this.path}/conversations/${conversation.id}`;
    this.socket = new LiveSocket(address(`${this.own}/live`));
    this.player = new Player(video("answer"));
    this.stage = new Stage(the("stage"), {
      poster: /** @type {HTMLImageElement} */ (the("poster")),
      idle: video("idle"),
      listen: video("listen"),
      answer: video("answer"),
    });
    this.transcript = new Transcript(the("words"), memorial.name, conversation.language);
    this.letters = new LetterDialog(this.path, conversation.language);
    this.composer = new Composer(
      /** @type {HTMLFormElement} */ (the("composer")),
      /** @type {HTMLTextAreaElement} */ (the("field")),
      /** @type {HTMLButtonElement} */ (the("microphone")),
      the("length"),
    );
    this.status = the("status");
    this.caption = the("caption");
  }

  async begin() {
    this.#introduce();
    this.#settings();
    this.#hearLine();
    this.#hearPlayer();
    this.#hearVisitor();
    this.#hearTranscript();
    this.#menu();
    setInterval(() => this.#report(), REPORT_MS);
    remindGently((minutes) => announce(this.status, ["talk.long", { minutes }]));
    await this.#recall();
    this.socket.open();
    await this.#ears();
  }

  #introduce() {
    const { opening, loops, media, language } = this.conversation;
    const notice = () => (the("notice").textContent = opening.notices[spoken()]);
    notice();
    document.addEventListener("language", notice);
    this.caption.lang = language;
    if (loops && media) this.stage.load(loops, media);
    else the("waking").hidden = true;
    the("offers").append(...offers(opening.offers, language, (question) => this.#say(question)));
    the("offers").hidden = opening.offers.length === 0;
  }

  /** What was said before, where this conversation goes on. */
  async #recall() {
    for (const turn of await all(`${this.own}/turns`)) {
      this.transcript.visitor(turn.turn, turn.line);
      turn.phrases.forEach((/** @type {any} */ phrase, /** @type {number} */ index) =>
        this.transcript.phrase({ ...phrase, turn: turn.turn, index, spoken: false }),
      );
      this.transcript.end(turn.turn, "said", null);
      the("offers").hidden = true;
    }
  }

  #hearLine() {
    const socket = this.socket;
    on(socket, "open", () => announce(this.status, "", true));
    on(socket, "ready", () => this.composer.enable(true));
    on(socket, "lost", (attempt) => this.#lost(attempt));
    on(socket, "taken", () => this.#over("talk.taken"));
    on(socket, "over", () => this.#over("problem.not-found"));
    on(socket, "turn", (message) => this.#accepted(message));
    on(socket, "phrase", (phrase) => {
      if (phrase.index === 0) performance.mark("lantern:first-phrase");
      this.transcript.phrase(phrase);
    });
    on(socket, "media", (media) => {
      if (media.turn !== this.#turn || media.turn === this.player.turn) return;
      this.#began = performance.now();
      if (plays(media.mime)) this.player.begin(media.turn, media.mime);
      else announce(this.status, "talk.no-picture");
    });
    on(socket, "piece", ({ turn, bytes }) => this.player.append(turn, bytes));
    on(socket, "cue", (cue) => this.player.cue(cue.turn, cue.phrase, cue.start_s));
    on(socket, "end", (end) => this.#ended(end));
    on(socket, "problem", (problem) => this.#problem(problem));
    addEventListener("offline", () => announce(this.status, "talk.offline"));
    addEventListener("online", () => {
      announce(this.status, "", true);
      socket.renew();
    });
    document.addEventListener("visibilitychange", () => socket.hurry());
  }

  #hearPlayer() {
    const player = this.player;
    on(player, "shown", () => {
      performance.mark("lantern:first-picture");
      this.stage.answering(true);
    });
    on(player, "stalled", () => this.stage.answering(false));
    on(player, "resumed", () => this.stage.answering(true));
    on(player, "speaking", (phrase) => this.#speaking(phrase));
    on(player, "blocked", () => (the("hear").hidden = false));
    on(player, "broken", () => {
      player.stop();
      this.stage.answering(false);
      announce(this.status, "talk.no-picture");
      this.#close();
    });
    on(player, "done", () => {
      this.stage.answering(false);
      this.#close();
    });
    the("stage").addEventListener("covered", () => player.clear());
    the("stage").addEventListener("awake", () => (the("waking").hidden = true));
    the("hear").addEventListener("click", () => {
      the("hear").hidden = true;
      player.unmute();
    });
  }

  #hearVisitor() {
    on(this.composer, "say", (text) => this.#say(text));
    on(this.composer, "writing", (is) => {
      if (is) this.#interrupt();
      this.stage.listening(is);
    });
    on(this.composer, "speak", () => this.#hear());
    on(this.composer, "spoken", () => this.#enough());
  }

  #hearTranscript() {
    on(this.transcript, "open", (phrase) => this.letters.open(phrase));
    on(this.transcript, "save", ({ turn, place }) => saveClip(this.path, this.conversation.id, turn, place));
    on(this.transcript, "keep", ({ text, foot }) =>
      this.#try(async () => this.transcript.remembered(foot, await post(`${this.path}/memory`, { text }))),
    );
    on(this.transcript, "forget", ({ id, note }) =>
      this.#try(async () => {
        await remove(`${this.path}/memory/${id}`);
        note.replaceChildren(make("span", { word: "talk.forgotten" }));
      }),
    );
  }

  /** @param {string} text */
  #say(text) {
    this.#interrupt();
    this.stage.listening(false);
    the("offers").hidden = true;
    announce(this.status, navigator.onLine ? "" : "talk.offline", navigator.onLine);
    performance.mark("lantern:said");
    this.transcript.waiting(this.socket.say(text), text);
  }

  /** @param {{turn: number, id: string, line: string}} message */
  #accepted({ turn, id, line }) {
    this.transcript.accepted(id);
    if (turn === this.#turn) return; // told again after a break
    this.#silence();
    [this.#turn, this.#end, this.#began] = [turn, null, 0];
    this.transcript.visitor(turn, line);
  }

  /** Whoever answers is silent at once; the service hears of it a moment later. */
  #interrupt() {
    if (this.#turn >= 0 && !this.#end) this.socket.interrupt();
    this.#silence();
  }

  #silence() {
    if (this.#turn < 0) return;
    this.player.stop();
    this.stage.answering(false);
    const turn = this.#turn;
    this.#turn = -1;
    this.#hush();
    this.transcript.end(turn, "interrupted", this.#end?.remembered ?? null);
  }

  /** @param {import("./socket.js").End} end */
  #ended(end) {
    if (end.turn !== this.#turn) {
      if (end.remembered) this.transcript.end(end.turn, end.reason, end.remembered);
      return;
    }
    this.#end = end;
    if (end.problem) this.#problem(end.problem);
    if (this.player.isPlaying && this.player.complete(end.turn)) return;
    this.player.stop();
    this.#close();
  }

  /** The last picture of the answer was shown, and nothing more of it comes. */
  #close() {
    const end = this.#end;
    if (!end || end.turn !== this.#turn) return;
    this.#turn = -1;
    this.#hush();
    this.transcript.end(end.turn, end.reason, end.remembered);
  }

  /** @param {number} phrase */
  #speaking(phrase) {
    if (phrase === 0) performance.mark("lantern:first-word");
    this.transcript.speaking(this.player.turn, phrase);
    const text = this.transcript.element(this.player.turn, phrase)?.querySelector(".text")?.textContent ?? "";
    this.caption.textContent = text;
    this.caption.hidden = !text || !checkbox("captions").checked;
  }

  #hush() {
    this.caption.hidden = true;
    the("hear").hidden = true;
  }

  /** Where nothing can be played, the clock says how far it would be: the words go on. */
  #report() {
    if (this.#turn < 0 || !this.#began) return;
    const s = this.player.isPlaying ? this.player.position : (performance.now() - this.#began) / 1000;
    this.socket.played(this.#turn, s);
  }

  /** @param {number} attempt */
  async #lost(attempt) {
    announce(this.status, navigator.onLine ? "talk.lost" : "talk.offline");
    if (attempt % SEVERAL_ATTEMPTS) return;
    try {
      await get(this.own);
    } catch (error) {
      if (!(error instanceof Refusal) || error.status === 0 || error.status >= 500) return;
      this.socket.close();
      this.composer.enable(false);
      if (error.status === 401) await signedIn();
      else announce(this.status, told(error), true);
    }
  }

  /** @param {import("./words.js").Name} why nothing can be said here any more */
  #over(why) {
    this.composer.enable(false);
    announce(this.status, why);
  }

  /** @param {import("./problems.js").Problem} problem */
  #problem(problem) {
    announce(this.status, line(problem), true);
  }

  /** @param {() => Promise<void>} act */
  async #try(act) {
    try {
      await act();
    } catch (error) {
      announce(this.status, told(error), true);
    }
  }

  async #ears() {
    this.#hearer = await speech.hearer(this.path, this.conversation.language);
    the("microphone").hidden = !this.#hearer;
    the("unconsent").hidden = this.#hearer?.kind !== "company" || !speech.mayHear(this.#hearer);
  }

  async #hear() {
    const hearer = this.#hearer;
    if (!hearer) return;
    this.#interrupt();
    if (!speech.mayHear(hearer)) {
      this.composer.hush();
      return this.#askConsent(hearer.company);
    }
    this.#wantsToHear = true;
    this.stage.listening(true);
    announce(this.status, "talk.hearing");
    try {
      const hearing = await speech.hear(hearer, this.path, this.conversation.language);
      this.#hearing = hearing;
      if (!this.#wantsToHear) hearing.finish(); // let go before the microphone was there
      await this.#heard(await hearing.text);
    } catch (error) {
      announce(this.status, error instanceof Refusal ? told(error) : words("talk.not-heard"), true);
    }
    this.#hearing = null;
    this.composer.hush();
    this.stage.listening(false);
  }

  #enough() {
    this.#wantsToHear = false;
    this.#hearing?.finish();
  }

  /** @param {string} text */
  async #heard(text) {
    if (text) this.#say(text);
    else announce(this.status, "talk.nothing-heard");
  }

  /** @param {string} company */
  #askConsent(company) {
    const dialog = /** @type {HTMLDialogElement} */ (the("consent"));
    const values = { company: company || words("speech.maker") };
    the("consent-words").replaceChildren(make("span", { word: ["speech.consent", values] }));
    dialog.returnValue = "";
    dialog.showModal();
    dialog.addEventListener(
      "close",
      () => {
        if (dialog.returnValue !== "yes") return;
        speech.consent(company || "maker");
        the("unconsent").hidden = false;
      },
      { once: true },
    );
  }

  /** Captions and a still portrait are the visitor's choice, and stay so in this browser. */
  #settings() {
    const kept = JSON.parse(localStorage.getItem(SETTINGS) ?? "{}");
    const [captions, still] = [checkbox("captions"), checkbox("still")];
    captions.checked = kept.captions ?? false;
    still.checked = kept.still ?? matchMedia("(prefers-reduced-motion: reduce)").matches;
    const changed = () => {
      localStorage.setItem(SETTINGS, JSON.stringify({ captions: captions.checked, still: still.checked }));
      this.stage.still(still.checked);
      if (!captions.checked) this.caption.hidden = true;
    };
    captions.addEventListener("change", changed);
    still.addEventListener("change", changed);
    this.stage.still(still.checked);
  }

  #menu() {
    the("unconsent").addEventListener("click", () => {
      speech.consent("");
      the("unconsent").hidden = true;
    });
    const again = (/** @type {string} */ id) => {
      remember(this.memorial.id, id);
      location.reload();
    };
    for (const [id, open] of /** @type {const} */ ([
      ["open-earlier", () => earlier(this.path, this.conversation.id, again)],
      ["open-kept", () => remembered(this.path)],
    ])) {
      the(id).addEventListener("click", () => {
        the("menu").hidePopover();
        open();
      });
    }
    the("goodbye").addEventListener("click", () => this.#goodbye());
    const tend = /** @type {HTMLAnchorElement} */ (the("tend"));
    tend.href = `${this.path}/tend`;
    tend.hidden = this.memorial.role === "visitor";
  }

  /** An end that asks for nothing. */
  #goodbye() {
    the("menu").hidePopover();
    this.#interrupt();
    this.socket.close();
    this.stage.still(true);
    the("farewell-words").replaceChildren(make("span", { word: ["goodbye.words", { name: this.memorial.name }] }));
    const dialog = /** @type {HTMLDialogElement} */ (the("farewell"));
    dialog.showModal();
    dialog.addEventListener("close", () => location.reload(), { once: true });
  }
}

/**
 * @param {EventTarget} target
 * @param {string} name
 * @param {(detail: any) => unknown} hear
 */
function on(target, name, hear) {
  target.addEventListener(name, (event) => hear(/** @type {CustomEvent} */ (event).detail));
}

/** @param {string} id */
function video(id) {
  return /** @type {HTMLVideoElement} */ (the(id));
}

/** @param {string} id */
function checkbox(id) {
  return /** @type {HTMLInputElement} */ (the(id));
}

/**
 * @param {string} memorial
 * @param {string} conversation
 */
function remember(memorial, conversation) {
  sessionStorage.setItem(`lantern.conversation.${memorial}`, conversation);
}

/**
 * The conversation that this window held before it was reloaded, else a new one.
 *
 * @param {string} memorial
 * @returns {Promise<Conversation>}
 */
async function conversationOf(memorial) {
  const path = `/memorials/${memorial}/conversations`;
  const kept = sessionStorage.getItem(`lantern.conversation.${memorial}`);
  const found = kept ? await get(`${path}/${kept}`).catch(() => null) : null;
  const conversation = found ?? (await post(path));
  remember(memorial, conversation.id);
  return conversation;
}

/**
 * The family's own photo, until the portrait that moves is there; a memorial may have none.
 *
 * @param {string} path
 */
function showPhoto(path) {
  const poster = /** @type {HTMLImageElement} */ (the("poster"));
  poster.addEventListener("error", () => poster.removeAttribute("src"), { once: true });
  poster.src = address(path);
}

/**
 * Why nobody can talk here yet; whoever may bring something is shown where.
 *
 * @param {unknown} error
 */
function cannotBegin(error) {
  the("waking").hidden = the("composer").hidden = true;
  const mayBring = memorial && memorial.role !== "visitor";
  const bring = mayBring && make("a", { class: "button", href: `/memorials/${id}/tend`, word: "tend.bring" });
  the("words").append(make("div", { class: "empty", role: "alert" }, make("p", {}, told(error)), bring));
}

begin();
const id = location.pathname.split("/")[2];
await signedIn();
/** @type {Memorial | null} */
let memorial = null;
try {
  memorial = /** @type {Memorial} */ (await get(`/memorials/${id}`));
  suggest(memorial.language);
  showPhoto(`/memorials/${id}/portrait/photo`);
  the("name").textContent = document.title = memorial.name;
  the("stage").dataset.initial = memorial.name.slice(0, 1);
  await new Talk(memorial, await conversationOf(id)).begin();
} catch (error) {
  cannotBegin(error);
}
