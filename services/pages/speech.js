/**
 * Makes text of what a visitor says: on the server where that can hear, else by the browser's own recognition, on the
 * device where it can; elsewhere only after a consent that names who would hear it. Knows no button and no page.
 */

import { get, hand } from "./api.js";

const LONGEST_MS = 60_000;
const TYPES = ["audio/webm;codecs=opus", "audio/mp4", "audio/ogg;codecs=opus"];
const CONSENT = "lantern.heard-by";
const HEARERS = /** @type {const} */ ([
  ["Edg/", "Microsoft"],
  ["Chrome/", "Google"],
  ["Safari/", "Apple"],
]);

/** @type {any} */
const Recognition = /** @type {any} */ (window).SpeechRecognition ?? /** @type {any} */ (window).webkitSpeechRecognition;

/**
 * Who would hear a visitor: the server of the memorial, this device, or the company behind the browser; nobody where none
 * of them can.
 *
 * @typedef {{kind: "server" | "device" | "company", company: string} | null} Hearer
 * @typedef {{finish: () => void, text: Promise<string>}} Hearing
 */

/**
 * @param {string} memorial the API's path of it
 * @param {string} language
 * @returns {Promise<Hearer>}
 */
export async function hearer(memorial, language) {
  const canRecord = Boolean(navigator.mediaDevices && window.MediaRecorder);
  const server = await get(`${memorial}/speech`).catch(() => ({ server: false }));
  if (server.server && canRecord) return { kind: "server", company: "" };
  if (!Recognition || !window.isSecureContext) return null;
  const asked = { langs: [language], processLocally: true };
  const local = await Recognition.available?.(asked).catch(() => "unavailable");
  return local === "available" ? { kind: "device", company: "" } : { kind: "company", company: company() };
}

/** @param {Hearer} hearer */
export function mayHear(hearer) {
  return hearer?.kind !== "company" || localStorage.getItem(CONSENT) === hearer.company;
}

/** @param {string} company who may hear from now on; nobody where it is empty */
export function consent(company) {
  if (company) localStorage.setItem(CONSENT, company);
  else localStorage.removeItem(CONSENT);
}

/**
 * Begin to hear; the text comes after `finish`.
 *
 * @param {Exclude<Hearer, null>} hearer
 * @param {string} memorial
 * @param {string} language
 * @returns {Promise<Hearing>}
 */
export function hear(hearer, memorial, language) {
  return hearer.kind === "server" ? record(memorial) : Promise.resolve(recognise(hearer.kind === "device", language));
}

/** @param {string} memorial */
async function record(memorial) {
  const microphone = await navigator.mediaDevices.getUserMedia({ audio: { echoCancellation: true, channelCount: 1 } });
  const mimeType = TYPES.find((each) => MediaRecorder.isTypeSupported(each));
  const recorder = new MediaRecorder(microphone, { mimeType });
  /** @type {Blob[]} */
  const parts = [];
  recorder.ondataavailable = (event) => parts.push(event.data);
  const recorded = new Promise((done) => (recorder.onstop = done));
  recorder.start();
  const finish = () => {
    if (recorder.state !== "inactive") recorder.stop();
  };
  const limit = setTimeout(finish, LONGEST_MS);
  const text = recorded.then(async () => {
    clearTimeout(limit);
    for (const track of microphone.getTracks()) track.stop();
    const response = await hand("POST", `${memorial}/speech`, new Blob(parts, { type: recorder.mimeType }));
    return (await response.json()).text;
  });
  return { finish, text };
}

/**
 * @param {boolean} isLocal
 * @param {string} language
 * @returns {Hearing}
 */
function recognise(isLocal, language) {
  const recognition = new Recognition();
  recognition.lang = language;
  recognition.continuous = true;
  if (isLocal) recognition.processLocally = true;
  let heard = "";
  recognition.onresult = (/** @type {any} */ event) => {
    heard = Array.from(event.results, (/** @type {any} */ each) => each[0].transcript).join("");
  };
  const text = new Promise((done, fail) => {
    recognition.onend = () => done(heard.trim());
    recognition.onerror = (/** @type {any} */ event) => event.error !== "no-speech" && fail(new Error(event.error));
  });
  recognition.start();
  return { finish: () => recognition.stop(), text: /** @type {Promise<string>} */ (text) };
}

/** Who makes the browser, and hears what its recognition is given. */
function company() {
  return HEARERS.find(([sign]) => navigator.userAgent.includes(sign))?.[1] ?? "";
}
