/** Notices that somebody has been here for long. Counts the time that the page was looked at, and knows nothing else. */

const LONG_MS = 45 * 60_000;
const LOOK_MS = 60_000;

/** @param {(minutes: number) => void} remind called after each long while */
export function remindGently(remind) {
  let seen = 0;
  setInterval(() => {
    if (document.visibilityState !== "visible") return;
    seen += LOOK_MS;
    if (seen % LONG_MS === 0) remind(seen / 60_000);
  }, LOOK_MS);
}
