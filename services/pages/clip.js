/** Saves what was said as a film with its label. Knows the API of clips. */

import { address, post } from "./api.js";
import { make } from "./elements.js";
import { attempt } from "./forms.js";
import { seeThrough } from "./jobs.js";

/**
 * Make the clip of a turn, and offer it; all of it is told in the given place.
 *
 * @param {string} memorial the API's path of it
 * @param {string} conversation
 * @param {number} turn
 * @param {HTMLElement} place
 */
export function saveClip(memorial, conversation, turn, place) {
  return attempt(null, place, async () => {
    const job = await seeThrough(memorial, await post(`${memorial}/clips`, { conversation, turn }), place);
    if (!job) return;
    const link = make("a", { href: address(`${memorial}/clips/${job.id}/file`), download: "", word: "talk.download" });
    place.replaceChildren(link);
    link.focus();
  });
}
