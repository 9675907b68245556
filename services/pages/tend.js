/** The page of those who bring things to a memorial and look after it: a section for each matter, read when opened. */

import { get } from "./api.js";
import { bring } from "./bring.js";
import { make, the } from "./elements.js";
import { engine } from "./engine.js";
import { attempt } from "./forms.js";
import { announce, begin, signedIn } from "./frame.js";
import { farewell, films } from "./films.js";
import { people } from "./people.js";
import { ending, person } from "./person.js";
import { pieces } from "./pieces.js";
import { portrait } from "./portrait.js";
import { told } from "./problems.js";
import { corrections, remembered } from "./remembered.js";
import { doubtful, sources } from "./sources.js";
import { voice } from "./voice.js";
import { glossary, names } from "./wordlist.js";
import { words } from "./words.js";
import { work } from "./work.js";

/**
 * A section that is read anew each time that it is opened.
 *
 * @param {import("./words.js").Name} title
 * @param {() => Promise<HTMLElement>} read
 * @param {boolean} isOpen
 */
function section(title, read, isOpen = false) {
  const inside = make("div", { class: "inside" });
  const whole = make("details", { class: "card" }, make("summary", {}, make("h3", { word: title })), inside);
  whole.addEventListener("toggle", () => {
    if (whole.open) attempt(null, inside, async () => inside.replaceChildren(await read()));
  });
  whole.open = isOpen;
  return whole;
}

/**
 * Sections of one matter.
 *
 * @param {import("./words.js").Name} title
 * @param {...Node} sections
 */
function group(title, ...sections) {
  return make("section", { class: "group" }, make("h2", { word: title }), ...sections);
}

begin();
await signedIn();
try {
  const id = location.pathname.split("/")[2];
  const path = `/memorials/${id}`;
  const memorial = await get(path);
  const isSteward = memorial.role === "steward";
  if (memorial.role === "visitor") location.replace(path);
  the("name").textContent = memorial.name;
  document.title = `${memorial.name} – ${words("tend")}`;
  /** @type {HTMLAnchorElement} */ (the("back")).href = path;
  const forSteward = (/** @type {Node[]} */ ...sections) => (isSteward ? sections : []);
  the("sections").append(
    group(
      "tend.left",
      section("tend.bring", () => bring(path, memorial.name), true),
      section("tend.sources", () => sources(path, isSteward)),
      section("tend.doubtful", () => doubtful(path)),
    ),
    group(
      "tend.likeness",
      section("tend.voice", () => voice(path, isSteward)),
      section("tend.pieces", () => pieces(path)),
      section("tend.names", () => names(path)),
      ...forSteward(section("tend.portrait", () => portrait(path))),
    ),
    group(
      "tend.family",
      ...forSteward(section("tend.people", () => people(path, memorial.name))),
      section("tend.memory", () => remembered(path)),
      section("tend.corrections", () => corrections(path, isSteward)),
      section("tend.glossary", () => glossary(path)),
    ),
    group("tend.kept", section("tend.films", () => films(path)), ...forSteward(section("tend.farewell", () => farewell(path)))),
    group(
      "tend.itself",
      section("tend.work", () => work(path)),
      ...forSteward(
        section("tend.engine", () => engine(path)),
        section("tend.person", async () => person(memorial)),
        section("tend.ending", async () => ending(memorial)),
      ),
    ),
  );
} catch (error) {
  announce(the("status"), told(error), true);
}
