/** Follows work that takes longer, as the service tells of it. Knows no kind of work. */

import { address } from "./api.js";
import { make } from "./elements.js";
import { line } from "./problems.js";
import { words, wordsFor } from "./words.js";

/**
 * @typedef {{id: string, kind: string, state: string, queued_at: string, step: string | null, share: number | null,
 *   problem: import("./problems.js").Problem | null, report: any}} Job
 */

/**
 * Follow a job to its end. Gives how it ended.
 *
 * @param {string} memorial the API's path of it
 * @param {string} id
 * @param {(job: Job) => void} tell
 * @returns {Promise<Job>}
 */
export function follow(memorial, id, tell) {
  return new Promise((done, fail) => {
    const source = new EventSource(address(`${memorial}/jobs/${id}/events`));
    source.addEventListener("progress", (event) => tell(JSON.parse(event.data)));
    source.addEventListener("end", (event) => {
      source.close();
      done(JSON.parse(event.data));
    });
    source.addEventListener("error", () => {
      if (source.readyState === EventSource.CLOSED) fail(new Error("the job can be followed no more"));
    });
  });
}

/** A bar and a line that show how far a job is; `show` is handed what `follow` tells. */
export function progress() {
  const bar = make("progress", { max: "1", label: "job.progress" });
  const told = make("span", { class: "small" }, words("job.queued"));
  const element = make("div", { class: "progress" }, bar, told);
  const show = (/** @type {Job} */ job) => {
    if (job.share === null) bar.removeAttribute("value");
    else bar.value = job.share;
    told.textContent = stepOf(job);
  };
  return { element, show };
}

/**
 * Show a job in a place until it has ended, and what went wrong. Gives the job where it went well.
 *
 * @param {string} memorial
 * @param {Job} job
 * @param {HTMLElement} place
 * @param {(ended: Job) => void} failed what else is done where it did not
 * @returns {Promise<Job | null>}
 */
export async function seeThrough(memorial, job, place, failed = () => {}) {
  const shown = progress();
  place.replaceChildren(shown.element);
  const ended = await follow(memorial, job.id, shown.show);
  place.replaceChildren();
  if (ended.state === "done") return ended;
  place.replaceChildren(make("p", { role: "alert" }, failureOf(ended)));
  failed(ended);
  return null;
}

/** @param {Job} job */
export function failureOf(job) {
  if (!job.problem) return words("job.cancelled");
  return line(job.problem);
}

/** @param {Job} job */
export function stepOf(job) {
  return job.step ? wordsFor(`step.${job.step}`, job.step) : words("job.queued");
}
