/** Says in the reader's language what went wrong. Knows the kinds of problems that a family can meet. */

import { Refusal } from "./api.js";
import { spoken, words, wordsFor } from "./words.js";

/**
 * A line for an error: ours for the kinds that we know, else the service's own, which names what it is about.
 *
 * @param {unknown} error
 * @param {import("./words.js").Name} [missing] what to say where there is nothing
 */
export function told(error, missing) {
  if (!(error instanceof Refusal)) throw error;
  if (missing && error.status === 404) return words(missing);
  return line(error.kind, error.message);
}

/**
 * @param {string} kind the last part of a problem's type
 * @param {string} detail
 */
export function line(kind, detail) {
  const fallback = spoken() === "en" ? detail : words("problem.other", { detail });
  return wordsFor(`problem.${kind}`, fallback);
}
