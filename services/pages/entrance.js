/** The entrance: sign in, make the first account, accept an invitation. */

import { get, post, session } from "./api.js";
import { make, the } from "./elements.js";
import { field, form } from "./forms.js";
import { begin } from "./frame.js";
import { line, told } from "./problems.js";

const place = the("entrance");

/** A page of this house and no other: where somebody came from, or the memorials. */
function destination() {
  const to = new URLSearchParams(location.search).get("to") ?? "";
  return /^\/(memorials\/[0-9a-f]{32}(\/tend)?|account)$/.test(to) ? to : "/";
}

/** @param {boolean} isNew the account is made now */
function credentials(isNew) {
  const name = make("input", { name: "name", autocomplete: "username", required: true, maxlength: "200" });
  const password = make("input", {
    name: "password",
    type: "password",
    autocomplete: isNew ? "new-password" : "current-password",
    required: true,
    minlength: isNew ? "10" : null,
  });
  const hints = isNew ? [make("p", { class: "small", word: "entrance.password-hint" })] : [];
  return [field("name", name), make("div", {}, field("password", password), ...hints)];
}

/**
 * Where another service signs people in here too.
 *
 * @param {import("./api.js").Session} who
 * @param {string} query
 */
function otherWay(who, query = "") {
  return who.openid ? [make("p", {}, make("a", { href: `/api/v1/openid${query}`, word: "entrance.openid" }))] : [];
}

/** @param {import("./api.js").Session} who */
function signIn(who) {
  place.replaceChildren(
    make("h2", { word: "entrance.sign-in" }),
    form("entrance.sign-in", credentials(false), async (values) => {
      await post("/session", values);
      location.assign(destination());
    }),
    ...otherWay(who),
  );
}

/** @param {string} link */
function firstStart(link) {
  place.replaceChildren(
    make("h2", { word: "entrance.first" }),
    make("p", { word: "entrance.first-about" }),
    form("entrance.first-do", credentials(true), async (values) => {
      await post("/setup", { link, ...values });
      location.assign("/");
    }),
  );
}

/**
 * @param {string} secret
 * @param {import("./api.js").Session} who
 */
async function invited(secret, who) {
  const path = `/invitations/${encodeURIComponent(secret)}`;
  const { memorial } = await get(path);
  const accept = async (/** @type {object} */ given) => {
    const opened = await post(path, given);
    location.assign(`/memorials/${opened.memorial}`);
  };
  const head = [make("h2", { word: ["invitation.title", { memorial }] }), make("p", { word: "invitation.about" })];
  if (who.account) {
    place.replaceChildren(...head, form(["invitation.as", { name: who.account.name }], [], () => accept({})));
    return;
  }
  const known = make("button", { type: "button", class: "quiet", word: "invitation.known" });
  known.addEventListener("click", () => {
    const signed = form("entrance.sign-in", credentials(false), async (values) => {
      await post("/session", values);
      await session();
      await accept({});
    });
    place.replaceChildren(...head, signed);
  });
  const other = otherWay(who, `?invitation=${encodeURIComponent(secret)}`);
  place.replaceChildren(...head, form("invitation.accept", credentials(true), accept), ...other, known);
}

begin();
const asked = new URLSearchParams(location.hash.slice(1));
history.replaceState(null, "", location.pathname + location.search); // a secret stays in no history
try {
  const who = await session();
  const [start, invitation, problem] = ["start", "invitation", "openid-problem"].map((each) => asked.get(each));
  if (invitation) await invited(invitation, who);
  else if (who.account) location.replace(destination());
  else if (who.first_start && start) firstStart(start);
  else if (who.first_start) place.replaceChildren(make("p", { word: "entrance.look-at-console" }));
  else signIn(who);
  if (problem) place.prepend(make("p", { role: "alert" }, line({ type: problem, detail: "" })));
} catch (error) {
  place.replaceChildren(make("p", { role: "alert" }, told(error, "invitation.none")), make("a", { href: "/", word: "memorials" }));
}
