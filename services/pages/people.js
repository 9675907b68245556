/** Who may come to a memorial, and who is invited to it. */

import { all, patch, post, remove } from "./api.js";
import { make } from "./elements.js";
import { attempt, doer, doerAsked, field, form, secret } from "./forms.js";
import { visitors } from "./visitors.js";
import { dated } from "./words.js";

const ROLES = /** @type {const} */ (["visitor", "contributor", "steward"]);

/**
 * @param {string} memorial the API's path of it
 * @param {string} person whose it is
 */
export async function people(memorial, person) {
  const [come, invited] = [await all(`${memorial}/members`), await all(`${memorial}/invitations`)];
  const members = make("ul", { class: "plain" }, ...come.map((each) => member(memorial, each)));
  const waiting = make("ul", { class: "plain" }, ...invited.map((each) => invitation(memorial, each)));
  const names = [...come, ...invited].map((each) => each.visitor).filter(Boolean);
  return make(
    "div",
    {},
    members,
    make("h4", { word: "people.invite" }),
    waiting,
    inviting(memorial, waiting),
    make("h4", { word: ["visitors", { person }] }),
    await visitors(memorial, person, names),
  );
}

/**
 * @param {string} memorial
 * @param {any} each
 */
function member(memorial, each) {
  const known = each.visitor && each.visitor !== each.name ? ` (${each.visitor})` : "";
  const row = make("li", { class: "row" }, make("span", { class: "grow" }, each.name + known));
  if (each.keeper) {
    row.append(make("span", { class: "small", word: "people.keeper" }));
    return row;
  }
  const path = `${memorial}/members/${each.account_id}`;
  const role = roles(each.role);
  const saved = make("div", { class: "small", role: "status" });
  let now = each.role;
  role.addEventListener("change", () =>
    attempt(null, saved, async () => {
      try {
        now = (await patch(path, { role: role.value })).role;
      } finally {
        role.value = now;
      }
      saved.replaceChildren(make("span", { word: "saved" }));
    }),
  );
  const away = doerAsked("people.remove", ["people.remove-ask", { name: each.name }], async () => (await remove(path), row.remove()));
  row.append(make("label", {}, make("span", { class: "unseen", word: "role" }), role), saved, away);
  return row;
}

/**
 * @param {string} memorial
 * @param {any} each
 */
function invitation(memorial, each) {
  const what = make("span", { class: "grow" }, each.visitor ?? "", " · ", make("span", { word: /** @type {any} */ (`role.${each.role}`) }));
  const until = make("span", { class: "small", word: ["people.until", { date: dated(each.ends_at) }] });
  const row = make("li", { class: "row" }, what, until);
  row.append(doer("people.withdraw", async () => (await remove(`${memorial}/invitations/${each.id}`), row.remove())));
  return row;
}

/**
 * @param {string} memorial
 * @param {HTMLElement} waiting
 */
function inviting(memorial, waiting) {
  const told = make("div", { role: "status" });
  const name = make("input", { name: "visitor", required: true, maxlength: "200", hint: "people.name-hint" });
  const fields = [make("div", { class: "pair" }, field("people.name", name), field("role", roles("visitor")))];
  const made = form("people.make-link", fields, async (values, whole) => {
    const invited = await post(`${memorial}/invitations`, values);
    waiting.append(invitation(memorial, invited));
    whole.reset();
    const link = new URL(invited.path, location.href).href;
    told.replaceChildren(make("p", { word: ["people.link", { name: values.visitor }] }), ...secret(link));
    if (invited.only_here) told.append(make("p", { class: "small", word: "people.only-here" }));
  });
  return make("div", {}, made, told);
}

/** @param {string} chosen */
function roles(chosen) {
  const select = make("select", { name: "role" });
  for (const role of ROLES) select.append(make("option", { value: role, selected: role === chosen, word: `role.${role}` }));
  return select;
}
