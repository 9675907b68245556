/** The words of the pages in the reader's language, and dates and sizes as they write them. Knows no page. */

import en from "./words/en.js";
import zh from "./words/zh.js";

/**
 * @typedef {keyof typeof en} Name
 * @typedef {Record<string, string | number>} Values
 * @typedef {Name | [Name, Values]} Worded
 * @typedef {"en" | "zh"} Language
 */

/** @type {Record<Language, Record<Name, string>>} */
const ALL = { en, zh };
const LOCALES = { en: "en-GB", zh: "zh-CN" };
const KEPT = "lantern.language";

/** @type {Language} */
let language = kept() ?? preferred() ?? "en";

/** @returns {Language} */
export function spoken() {
  return language;
}

/**
 * Words by name, with what they hold filled in.
 *
 * @param {Name} name
 * @param {Values} values
 */
export function words(name, values = {}) {
  return filled(ALL[language][name], values);
}

/**
 * The same in a language that is not the reader's choice: what is said to a memorial.
 *
 * @param {Language} wanted
 * @param {Name} name
 * @param {Values} values
 */
export function wordsIn(wanted, name, values) {
  return filled(ALL[wanted][name], values);
}

/**
 * Words for something that only may have some: the kinds of a server's problems, of files, of jobs.
 *
 * @param {string} name
 * @param {string} otherwise
 * @param {Values} [values]
 */
export function wordsFor(name, otherwise, values) {
  return name in ALL[language] ? words(/** @type {Name} */ (name), values) : otherwise;
}

/**
 * Names one after the other, as they are written in a sentence.
 *
 * @param {string[]} names
 */
export function listed(names) {
  return new Intl.ListFormat(LOCALES[language]).format(names);
}

/**
 * Give an element words that follow the language: its text (`word`), its name for those who hear it (`label`), or what
 * stands in an empty field (`hint`).
 *
 * @param {HTMLElement} element
 * @param {"word" | "label" | "hint"} kind
 * @param {any} told
 */
export function worded(element, kind, told) {
  const [name, values] = Array.isArray(told) ? told : [told, {}];
  element.dataset[kind] = name;
  if (Array.isArray(told)) element.dataset[`${kind}Values`] = JSON.stringify(values);
  else delete element.dataset[`${kind}Values`];
  put(element, kind);
}

/** Put the words of the language into all of the page. */
export function fill() {
  document.documentElement.lang = LOCALES[language];
  for (const kind of /** @type {const} */ (["word", "label", "hint"])) {
    for (const element of document.querySelectorAll(`[data-${kind}]`)) put(/** @type {HTMLElement} */ (element), kind);
  }
}

/**
 * Change the language for good.
 *
 * @param {Language} wanted
 */
export function speak(wanted) {
  language = wanted;
  localStorage.setItem(KEPT, wanted);
  fill();
}

/**
 * Take the language of a memorial where the reader has chosen none, and their browser speaks neither.
 *
 * @param {Language} suggested
 */
export function suggest(suggested) {
  if (kept() ?? preferred()) return;
  language = suggested;
  fill();
}

/**
 * A date as exact as it is known: a year, a month, a day or a moment.
 *
 * @param {string | null | undefined} date
 */
export function dated(date) {
  if (!date) return "";
  const [year, month, day] = date.slice(0, 10).split("-").map(Number);
  const parts = /** @type {Intl.DateTimeFormatOptions} */ ({ year: "numeric" });
  if (month) parts.month = "long";
  if (day) parts.day = "numeric";
  const moment = date.length > 10 ? new Date(date) : new Date(year, (month || 1) - 1, day || 1);
  return Number.isNaN(moment.getTime()) ? date : new Intl.DateTimeFormat(LOCALES[language], parts).format(moment);
}

/**
 * From when to when something reaches, in days.
 *
 * @param {string | null | undefined} first
 * @param {string | null | undefined} last
 */
export function spanned(first, last) {
  const ends = [first, last].map((each) => dated(each?.slice(0, 10)));
  return [...new Set(ends)].filter(Boolean).join(" – ");
}

/**
 * A moment, with the time of the day.
 *
 * @param {string} date
 */
export function timed(date) {
  return new Intl.DateTimeFormat(LOCALES[language], { dateStyle: "medium", timeStyle: "short" }).format(new Date(date));
}

/**
 * How large a file is.
 *
 * @param {number} bytes
 */
export function sized(bytes) {
  const mega = bytes / 1e6;
  const unit = mega < 1 ? "kilobyte" : mega < 1000 ? "megabyte" : "gigabyte";
  const amount = { kilobyte: bytes / 1e3, megabyte: mega, gigabyte: mega / 1000 }[unit];
  const format = { style: "unit", unit, maximumFractionDigits: amount < 10 ? 1 : 0 };
  return new Intl.NumberFormat(LOCALES[language], /** @type {any} */ (format)).format(amount);
}

/**
 * @param {HTMLElement} element
 * @param {"word" | "label" | "hint"} kind
 */
function put(element, kind) {
  const told = words(/** @type {Name} */ (element.dataset[kind]), JSON.parse(element.dataset[`${kind}Values`] ?? "{}"));
  if (kind === "word") element.textContent = told;
  else element.setAttribute(kind === "label" ? "aria-label" : "placeholder", told);
}

/**
 * @param {string} text
 * @param {Values} values
 */
function filled(text, values) {
  return text.replace(/\{(\w+)\}/g, (whole, key) => String(values[key] ?? whole));
}

/** @returns {Language | null} */
function kept() {
  const found = localStorage.getItem(KEPT);
  return found === "en" || found === "zh" ? found : null;
}

/** @returns {Language | null} */
function preferred() {
  const first = navigator.languages.map((each) => each.slice(0, 2).toLowerCase()).find((each) => each in ALL);
  return /** @type {Language | null} */ (first ?? null);
}
