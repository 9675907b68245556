/** The memorials that are shared with somebody; the keeper makes new ones here. */

import { address, all, post } from "./api.js";
import { make, the } from "./elements.js";
import { attempt, field, form } from "./forms.js";
import { announce, begin, leaveButton, signedIn } from "./frame.js";
import { seeThrough } from "./jobs.js";
import { dates } from "./person.js";
import { line, told } from "./problems.js";
import { dated, spoken, words } from "./words.js";

/** @typedef {{id: string, name: string, born: string | null, died: string | null, exhibit: boolean, role: string}} Memorial */

const SAMPLES = /** @type {const} */ (["hopper", "waigong"]);

/** @param {Memorial} memorial */
function shown(memorial) {
  const path = `/memorials/${memorial.id}`;
  const photo = make("img", { src: address(`${path}/portrait/photo`), alt: "", loading: "lazy" });
  const face = make("a", { class: "face", href: path, tabindex: "-1", "aria-hidden": "true" }, photo);
  photo.addEventListener("error", () => face.replaceChildren(memorial.name.slice(0, 1)), { once: true });
  const years = [memorial.born, memorial.died].map((each) => dated(each?.slice(0, 4))).join(" – ");
  const about = make(
    "div",
    { class: "about" },
    make("h2", {}, memorial.name),
    make("p", {}, years === " – " ? "" : years),
    memorial.exhibit && make("p", { class: "small", word: "home.exhibit" }),
    make("a", { class: "button", href: path, word: "home.talk" }),
    " ",
    memorial.role !== "visitor" && make("a", { class: "button quiet", href: `${path}/tend`, word: "home.tend" }),
  );
  return make("li", { class: "memorial" }, face, about);
}

/** @param {boolean} isKeeper who can make the first one below */
async function list(isKeeper) {
  const found = await all("/memorials");
  the("memorials").replaceChildren(...found.map(shown));
  if (found.length) announce(the("status"), "", true);
  else announce(the("status"), isKeeper ? "home.none-keeper" : "home.none");
}

/** For the keeper: a memorial of somebody, or a sample to try it on. */
function making() {
  const born = make("input", { name: "born" });
  const died = make("input", { name: "died" });
  const english = make("option", { value: "en", lang: "en" }, "English");
  const chinese = make("option", { value: "zh", lang: "zh", selected: spoken() === "zh" }, "中文");
  const fields = [
    field("home.person", make("input", { name: "name", required: true, maxlength: "200" })),
    dates(born, died),
    field("home.wrote", make("select", { name: "language" }, english, chinese)),
  ];
  const made = form("home.make", fields, async (values) => {
    const given = { ...values, born: values.born || null, died: values.died || null };
    const { memorial } = await post("/memorials", given);
    location.assign(`/memorials/${memorial.id}/tend`);
  });
  return make("section", { class: "card" }, make("h2", { word: "home.new" }), make("p", { word: "home.new-about" }), made);
}

function samples() {
  const place = make("div", { role: "status" });
  const buttons = SAMPLES.map((sample) => {
    const button = make("button", { type: "button", class: "quiet", word: `home.sample-${sample}` });
    button.addEventListener("click", () => attempt(button, place, () => build(sample, place)));
    return button;
  });
  const title = make("h2", { word: "home.samples" });
  return make("section", { class: "card" }, title, make("p", { word: "home.samples-about" }), ...buttons, place);
}

/**
 * @param {string} sample
 * @param {HTMLElement} place
 */
async function build(sample, place) {
  const { memorial, job } = await post("/memorials", { sample });
  if (job && !(await seeThrough(`/memorials/${memorial.id}`, job, place))) return;
  await list(true);
  place.replaceChildren(make("a", { href: `/memorials/${memorial.id}`, word: ["home.ready", { name: memorial.name }] }));
}

begin();
if (location.hash.startsWith("#invitation=")) location.replace(`/enter${location.hash}`);
const account = await signedIn();
try {
  await list(account.keeper);
  const problem = new URLSearchParams(location.hash.slice(1)).get("openid-problem"); // of linking another sign-in
  if (problem) the("memorials").before(make("p", { role: "alert" }, line({ type: problem, detail: "" })));
} catch (error) {
  announce(the("status"), told(error), true);
}
if (account.keeper) the("keeper").append(making(), samples());
the("keeper").append(leaveButton());
document.title = words("memorials");
