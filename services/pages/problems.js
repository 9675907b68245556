/** Says in the reader's language what went wrong. Knows the kinds of problems that a family can meet. */

import { Refusal } from "./api.js";
import { listed, words, wordsFor } from "./words.js";

/** @typedef {{type: string, detail: string, problem?: string} & Record<string, any>} Problem the other members are facts */

/**
 * A line for an error.
 *
 * @param {unknown} error
 * @param {import("./words.js").Name} [missing] what to say where there is nothing
 */
export function told(error, missing) {
  if (!(error instanceof Refusal)) throw error;
  if (missing && error.status === 404) return words(missing);
  return line(error.problem);
}

/**
 * A line for a problem: the file that it is about, and what to do. On the socket `problem` names it.
 *
 * @param {Problem} problem
 */
export function line({ type = "", problem = type, ...facts }) {
  const told = Object.entries(facts).map(([name, fact]) => [name, Array.isArray(fact) ? listed(fact) : fact]);
  const values = Object.fromEntries(told);
  const what = wordsFor(`problem.${problem.split("/").pop()}`, words("problem.other", values), values);
  return values.file ? words("problem.of", { file: values.file, what }) : what;
}
