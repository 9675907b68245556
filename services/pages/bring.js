/** Where letters, photos and recordings are brought: chosen, sent, looked through, added. */

import { post } from "./api.js";
import { make } from "./elements.js";
import { attempt, field, fileButton } from "./forms.js";
import { seeThrough } from "./jobs.js";
import { line, told } from "./problems.js";
import { giveUp, upload } from "./uploads.js";
import { sized, spanned, words, wordsFor } from "./words.js";

const SENT_AT_ONCE = 2;

/** Why somebody is taken for a writer, as the service says it, and our words for it. @type {[RegExp, import("./words.js").Name][]} */
const REASONS = [
  [/^it is signed “(.+?)”/, "why.signed"],
  [/^it greets “(.+?)”/, "why.greets"],
  [/^nothing says who wrote it/, "why.nothing"],
  [/^--author/, "why.author"],
  [/^it (?:tells|speaks) of them/, "why.about"],
];

class Bringing {
  /** @type {Map<string, {name: string}>} what has arrived, by its id */
  #arrived = new Map();
  /** @type {File[]} */
  #waiting = [];
  #sending = 0;

  /**
   * @param {string} memorial the API's path of it
   * @param {string} name whose it is
   */
  constructor(memorial, name) {
    this.memorial = memorial;
    this.name = name;
    this.list = make("ul", { class: "plain" });
    this.place = make("div", { "aria-live": "polite" });
    this.person = make("input", { name: "person", maxlength: "200", hint: "bring.person-hint" });
    this.author = make("input", { name: "author", maxlength: "200", hint: "bring.author-hint" });
    this.look = make("button", { type: "button", word: "bring.look" });
    this.look.addEventListener("click", () => attempt(this.look, this.place, () => this.#preview()));
    this.next = make(
      "div",
      { class: "fields", hidden: true },
      make("div", { class: "pair" }, field(["bring.person", { person: name }], this.person), field("bring.author", this.author)),
      make("div", {}, this.look),
    );
  }

  element() {
    const files = fileButton("bring.choose", (chosen) => this.#choose(chosen));
    const drop = make("div", { class: "drop" }, files, make("p", { word: "bring.drop" }));
    for (const event of ["dragover", "dragleave", "drop"]) {
      drop.addEventListener(event, (happened) => {
        happened.preventDefault();
        drop.classList.toggle("over", event === "dragover");
        if (event === "drop") this.#choose([.../** @type {DragEvent} */ (happened).dataTransfer?.files ?? []]);
      });
    }
    return make("div", {}, make("p", { word: "bring.about" }), drop, this.list, this.next, this.place);
  }

  /** @param {File[]} files */
  #choose(files) {
    this.#waiting.push(...files);
    this.#sendNext();
  }

  #sendNext() {
    while (this.#sending < SENT_AT_ONCE && this.#waiting.length) {
      this.#sending += 1;
      this.#send(/** @type {File} */ (this.#waiting.shift())).finally(() => {
        this.#sending -= 1;
        this.#sendNext();
      });
    }
    this.next.hidden = this.#arrived.size === 0 || this.#sending > 0;
  }

  /** @param {File} file */
  async #send(file) {
    const bar = make("progress", { max: "1", value: "0", label: ["bring.sending", { name: file.name }] });
    const state = make("span", { class: "small" });
    const row = make("li", { class: "row" }, make("span", { class: "grow" }, `${file.name} · ${sized(file.size)}`), bar, state);
    this.list.append(row);
    try {
      const here = await upload(this.memorial, file, (share, isWaiting) => {
        bar.value = share;
        state.textContent = isWaiting ? words("bring.waiting") : "";
      });
      this.#arrived.set(here.id, { name: file.name });
      bar.replaceWith(make("span", { class: "small", word: "bring.here" }), this.#away(here.id, row));
    } catch (error) {
      bar.replaceWith(make("span", { role: "alert" }, told(error)));
    }
  }

  /**
   * @param {string} id
   * @param {HTMLElement} row
   */
  #away(id, row) {
    const button = make("button", { type: "button", class: "quiet", word: "bring.away" });
    button.addEventListener("click", () =>
      attempt(button, this.place, async () => {
        await giveUp(this.memorial, id);
        this.#arrived.delete(id);
        row.remove();
        this.#sendNext();
      }),
    );
    return button;
  }

  #given() {
    const names = this.person.value.split(/[,，、]/).map((each) => each.trim()).filter(Boolean);
    return { uploads: [...this.#arrived.keys()], person: names, author: this.author.value.trim() || null };
  }

  async #preview() {
    const { report, job } = await post(`${this.memorial}/sources/preview`, this.#given());
    const found = report ?? (await seeThrough(this.memorial, job, this.place))?.report;
    if (!found) return;
    const add = make("button", { type: "button", word: "bring.add" });
    add.addEventListener("click", () => attempt(add, this.place, () => this.#add()));
    const files = found.added.map((/** @type {any} */ each) => this.#report(each, true));
    this.place.replaceChildren(make("h4", { word: "bring.preview" }), ...files, learned(found.learned), add);
  }

  /**
   * The person goes by that name too: look again.
   *
   * @param {string} name
   */
  #isThem(name) {
    this.person.value = [this.person.value.trim(), name].filter(Boolean).join(", ");
    return attempt(this.look, this.place, () => this.#preview());
  }

  /**
   * What became of a file, or would; before it is added, its writer may be set right.
   *
   * @param {any} each
   * @param {boolean} isPreview
   */
  #report(each, isPreview = false) {
    const report = fileReport(each, this.name);
    if (!isPreview) return report;
    for (const name of others(each)) {
      const them = make("button", { type: "button", class: "quiet", word: ["bring.this-is", { name, person: this.name }] });
      them.addEventListener("click", () => this.#isThem(name));
      report.append(them);
    }
    return report;
  }

  async #add() {
    const job = await seeThrough(this.memorial, await post(`${this.memorial}/sources`, this.#given()), this.place);
    if (!job) return;
    this.#arrived.clear();
    this.list.replaceChildren();
    this.next.hidden = true;
    const files = job.report.added.map((/** @type {any} */ each) => this.#report(each));
    const lines = [...files, ...job.report.warnings.map((/** @type {string} */ each) => make("p", {}, each))];
    const talk = make("a", { class: "button", href: this.memorial, word: ["bring.talk", { person: this.name }] });
    this.place.replaceChildren(make("p", { word: "bring.added" }), ...lines, talk);
  }
}

/**
 * What became of a file, or would.
 *
 * @param {any} each
 * @param {string} person whose memorial it is
 */
function fileReport(each, person) {
  const kind = each.as ? wordsFor(`file.${each.as}`, each.as) : words("file.unknown");
  const when = each.first ? ` · ${spanned(each.first, each.last)}` : "";
  const lines = make("ul", {});
  for (const speaker of each.speakers ?? []) {
    const whose = speaker.theirs ? words("bring.the-person") : "";
    lines.append(make("li", {}, `${speaker.name} · ${speaker.count} ${whose}`));
  }
  const why = each.problem && line({ ...each.problem, file: "" }); // of a file that is left out as a whole
  for (const left of each.reasons ?? []) {
    lines.append(make("li", { class: "small" }, why ?? `${words("bring.left", { count: left.count })}: ${left.reason}`));
  }
  for (const line of (each.doubtful ?? []).slice(0, 3)) lines.append(make("li", { class: "small" }, words("bring.doubtful"), ": ", line));
  const sample = each.writer?.sample && make("p", { class: "quote" }, `“${each.writer.sample}”`);
  const head = make("p", {}, make("strong", {}, each.file), ` · ${kind} · `, kept(each, person), when);
  const by = each.writer && make("p", { class: "by" }, writtenBy(each.writer, person));
  return make("div", { class: "report" }, head, sample, by, lines.children.length > 0 && lines);
}

/**
 * The names of a file that may be other names of the person.
 *
 * @param {any} each
 * @returns {string[]}
 */
function others({ writer, speakers = [] }) {
  if (writer) return writer.name && !writer.told ? [writer.name] : [];
  const isFound = speakers.some((/** @type {any} */ speaker) => speaker.theirs);
  return isFound ? [] : speakers.map((/** @type {any} */ speaker) => speaker.name);
}

/**
 * How many of a file are kept, and of a chat how many are the person's.
 *
 * @param {any} each
 * @param {string} person
 */
function kept(each, person) {
  const said = (each.speakers ?? []).filter((/** @type {any} */ speaker) => speaker.theirs);
  const count = said.reduce((/** @type {number} */ sum, /** @type {any} */ speaker) => sum + speaker.count, 0);
  const whole = words("bring.kept", { count: each.kept });
  return count && count < each.kept ? `${whole}, ${words("bring.theirs", { count, person })}` : whole;
}

/**
 * Who is taken for the writer, and why.
 *
 * @param {{name: string | null, why: string}} writer
 * @param {string} person
 */
function writtenBy({ name, why }, person) {
  const by = name ? words("bring.by", { name, person }) : words("bring.by-person", { person });
  for (const [pattern, known] of REASONS) {
    const found = pattern.exec(why);
    if (found) return `${by} (${words(known, { name: found[1] ?? "" })})`;
  }
  return `${by} (${why})`;
}

/** @param {{voice: {seconds: number} | null, portrait: boolean} | undefined} found */
function learned(found) {
  const lines = make("div", {});
  if (found?.voice) lines.append(make("p", { word: ["bring.voice", { seconds: Math.round(found.voice.seconds) }] }));
  if (found?.portrait) lines.append(make("p", { word: "bring.portrait" }));
  return lines;
}

/**
 * @param {string} memorial
 * @param {string} name
 */
export async function bring(memorial, name) {
  return new Bringing(memorial, name).element();
}
