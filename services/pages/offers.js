/** What a visitor could ask first: each topic that the words tell of, as a question that is asked when it is chosen. */

import { make } from "./elements.js";
import { wordsIn } from "./words.js";

/**
 * Buttons in the language of the memorial, which is the one that is answered in.
 *
 * @param {string[]} topics as the person would name them
 * @param {import("./words.js").Language} language
 * @param {(question: string) => void} ask
 */
export function offers(topics, language, ask) {
  return topics.map((topic) => {
    const question = wordsIn(language, "talk.ask", { topic: topic.replace(/\bmy\b/g, "your") });
    const button = make("button", { type: "button", lang: language }, question);
    button.addEventListener("click", () => ask(question));
    return button;
  });
}
