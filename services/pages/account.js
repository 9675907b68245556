/** One's own account: its name and password, where it is signed in, the programs that may come in. */

import { all, get, patch, post, put, remove, session } from "./api.js";
import { make, the } from "./elements.js";
import { doer, doerAsked, field, form, secret } from "./forms.js";
import { begin, leaveButton, signedIn } from "./frame.js";
import { timed, words } from "./words.js";

const place = the("account");

/** @param {{name: string}} account */
function naming(account) {
  const name = make("input", { name: "name", autocomplete: "username", required: true, value: account.name });
  const told = make("p", { role: "status" });
  const made = form("save", [field("name", name)], async (values) => {
    await patch("/account", values);
    told.replaceChildren(make("span", { word: "saved" }));
  });
  return card("account.name", made, told);
}

/**
 * @param {{has_password: boolean}} account
 * @param {() => Promise<void>} renew shows anew where it is signed in, and the tokens
 */
function password(account, renew) {
  const old = make("input", { name: "old", type: "password", autocomplete: "current-password", required: true });
  const now = make("input", { name: "new", type: "password", autocomplete: "new-password", required: true, minlength: "10" });
  const keep = make("input", { name: "keep_tokens", type: "checkbox" });
  const told = make("p", { role: "status" });
  const tick = make("label", { class: "tick" }, keep, make("span", { word: "account.keep-tokens" }));
  const fields = [...(account.has_password ? [field("account.old", old)] : []), field("account.new", now), tick];
  const made = form("save", fields, async (values, whole) => {
    const keepTokens = "keep_tokens" in values;
    await put("/account/password", { old: values.old ?? null, new: values.new, keep_tokens: keepTokens });
    whole.reset();
    told.replaceChildren(make("span", { word: keepTokens ? "account.password-set-kept" : "account.password-set" }));
    await renew();
  });
  return card("password", make("p", { class: "small", word: "entrance.password-hint" }), made, told);
}

async function sessions() {
  const list = make("ul", { class: "plain" });
  for (const each of await all("/account/sessions")) {
    const where = make("span", { class: "grow" }, browser(each.agent ?? ""), " · ", timed(each.seen_at));
    const row = make("li", { class: "row" }, where);
    if (each.current) row.append(make("span", { class: "small", word: "account.here" }));
    else row.append(doer("account.end", async () => (await remove(`/account/sessions/${each.id}`), row.remove())));
    list.append(row);
  }
  return card("account.sessions", list);
}

async function tokens() {
  const list = make("ul", { class: "plain" });
  const show = (/** @type {any} */ token) => {
    const what = make("span", { class: "grow" }, token.name, " · ", make("span", { word: /** @type {any} */ (`role.${token.scope}`) }));
    const row = make("li", { class: "row" }, what);
    row.append(doer("forget", async () => (await remove(`/account/tokens/${token.id}`), row.remove())));
    list.append(row);
  };
  (await all("/account/tokens")).forEach(show);
  const told = make("div", { role: "status" });
  const scope = make("select", { name: "scope" });
  for (const role of /** @type {const} */ (["visitor", "contributor", "steward"])) {
    scope.append(make("option", { value: role, word: `role.${role}` }));
  }
  const name = make("input", { name: "name", required: true, maxlength: "200" });
  const days = make("input", { name: "days", type: "number", min: "1", max: "3650", value: "90" });
  const fields = [field("account.token-name", name), make("div", { class: "pair" }, field("role", scope), field("account.days", days))];
  const made = form("account.token-make", fields, async (values, whole) => {
    const issued = await post("/account/tokens", { ...values, days: Number(values.days) || null });
    show(issued.token);
    whole.reset();
    told.replaceChildren(make("p", { word: "account.token-once" }), ...secret(issued.secret));
  });
  return card("account.tokens", make("p", { word: "account.tokens-about" }), list, made, told);
}

/**
 * Another service may sign one in: it is linked there, and unlinked here where there is a password.
 *
 * @param {{has_password: boolean, has_openid: boolean}} account
 */
function otherWay({ has_password, has_openid }) {
  const link = make("a", { class: "button", href: "/api/v1/openid?link=true", word: "account.link" });
  if (!has_openid) return card("account.other-way", make("p", { word: "account.other-way-about" }), link);
  const linked = make("p", { word: "account.linked" });
  if (!has_password) return card("account.other-way", linked);
  const away = doer("account.unlink", async () => (await remove("/account/openid"), location.reload()));
  return card("account.other-way", linked, away);
}

/** @param {{keeper: boolean}} account */
function ending(account) {
  if (account.keeper) return card("account.leave", leaveButton());
  const away = doerAsked("account.remove", "account.remove-ask", async () => {
    await remove("/account");
    location.assign("/");
  });
  return card("account.leave", leaveButton(), " ", away);
}

/**
 * @param {import("./words.js").Name} title
 * @param {...(Node | string)} inside
 */
function card(title, ...inside) {
  return make("section", { class: "card" }, make("h2", { word: title }), ...inside);
}

/**
 * What a browser is, in few words.
 *
 * @param {string} agent
 */
function browser(agent) {
  const name = ["Edg", "Firefox", "Chrome", "Safari"].find((each) => agent.includes(`${each}/`)) ?? words("account.browser");
  const system = ["Android", "iPhone", "iPad", "Windows", "Mac OS X", "Linux"].find((each) => agent.includes(each));
  return [name === "Edg" ? "Edge" : name, system].filter(Boolean).join(", ");
}

begin();
await signedIn();
const { openid } = await session();
document.title = words("account");
const own = await get("/account");
let entries = [await sessions(), await tokens()];
const renew = async () => {
  const now = [await sessions(), await tokens()];
  entries.forEach((each, index) => each.replaceWith(now[index]));
  entries = now;
};
place.append(naming(own), password(own, renew), ...(openid ? [otherWay(own)] : []), ...entries, ending(own));
