/**
 * The live line to the service: what is said goes out once, what comes in is handed on, and a lost line is taken up
 * again where it broke. Knows nothing of pictures, sound or the page.
 */

const FIRST_WAIT_MS = 400;
const LONGEST_WAIT_MS = 15_000;
const TAKEN_OVER = 4001; // the conversation was opened elsewhere
const FULL = 4029; // too many conversations are open; the service has said so in a problem
const OVER = [1008, 4004]; // it was removed, or is not shared any more
const HEADER_BYTES = 8; // turn and piece of a part of the picture

/**
 * @typedef {{file: string, date: string | null, quote: string, author: string | null}} Source
 * @typedef {"theirs" | "their-voice" | "told" | "imagined" | "exhibit" | "notice"} Mark
 * @typedef {{turn: number, index: number, text: string, language?: string, mark: Mark, source: Source | null, spoken: boolean,
 *   withheld?: boolean}} Phrase
 * @typedef {{turn: number, reason: "said" | "interrupted" | "failed", remembered: {id: string, text: string} | null,
 *   problem: import("./problems.js").Problem | null}} End
 */

/**
 * Events: `open`; `lost` (attempt); `taken`; `over`; and what the service tells: `ready`, `turn`, `phrase`, `media`, `cue`, `end`,
 * `problem`, and `piece` ({turn, piece, bytes}).
 */
export class LiveSocket extends EventTarget {
  /** @type {WebSocket | null} */
  #socket = null;
  /** @type {Map<string, string>} what was said and not yet accepted, by its id */
  #unheard = new Map();
  #turn = -1;
  #phrases = 0;
  #pieces = 0;
  #attempt = 0;
  #timer = 0;
  #closed = false;

  /** @param {string} path of the conversation's line */
  constructor(path) {
    super();
    this.address = new URL(path, location.href);
    this.address.protocol = location.protocol === "https:" ? "wss:" : "ws:";
  }

  get isOpen() {
    return this.#socket?.readyState === WebSocket.OPEN;
  }

  open() {
    clearTimeout(this.#timer);
    this.#closed = false;
    const socket = new WebSocket(this.address);
    socket.binaryType = "arraybuffer";
    socket.onopen = () => this.#opened();
    socket.onmessage = (event) => this.#hear(event.data);
    socket.onclose = (event) => this.#lost(socket, event.code);
    this.#socket = socket;
  }

  close() {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#socket?.close(1000);
  }

  /** Try at once what else would wait for its turn. */
  hurry() {
    if (!this.#closed && this.#attempt && this.#socket?.readyState === WebSocket.CLOSED) this.open();
  }

  /** The network is back: a line from before may look open and be dead, which is only noticed after minutes. */
  renew() {
    if (this.#closed) return;
    const old = this.#socket;
    this.open();
    old?.close();
  }

  /**
   * Say it once, now or when the line is there again. Gives the id under which it will be accepted.
   *
   * @param {string} text
   */
  say(text) {
    const id = crypto.randomUUID?.() ?? String(Math.random()).slice(2);
    this.#unheard.set(id, text);
    this.#send({ type: "say", id, text });
    return id;
  }

  interrupt() {
    this.#send({ type: "interrupt" });
  }

  /**
   * @param {number} turn
   * @param {number} s how far the page has played
   */
  played(turn, s) {
    this.#send({ type: "played", turn, s });
  }

  /** @param {object} message */
  #send(message) {
    if (this.isOpen) this.#socket?.send(JSON.stringify(message));
  }

  #opened() {
    if (this.#turn >= 0) this.#send({ type: "resume", turn: this.#turn, phrases: this.#phrases, pieces: this.#pieces });
    this.#attempt = 0;
    for (const [id, text] of this.#unheard) this.#send({ type: "say", id, text });
    this.#tell("open", null);
  }

  /** @param {string | ArrayBuffer} data */
  #hear(data) {
    if (typeof data !== "string") return this.#take(data);
    const message = JSON.parse(data);
    if (message.type === "ready") this.#join(message);
    if (message.type === "turn") this.#accepted(message);
    if (message.type === "phrase") this.#phrases = message.index + 1;
    this.#tell(message.type ?? "problem", message);
  }

  /**
   * Somebody speaks already when a page comes that was loaded anew: it would hear that answer too.
   *
   * @param {{turn: number, listening: boolean}} ready
   */
  #join({ turn, listening }) {
    if (this.#turn < 0 && !listening) this.#send({ type: "resume", turn: turn - 1, phrases: 0, pieces: 0 });
  }

  /** @param {{turn: number, id: string}} message after a break it may come again */
  #accepted({ turn, id }) {
    this.#unheard.delete(id);
    if (turn !== this.#turn) [this.#turn, this.#phrases, this.#pieces] = [turn, 0, 0];
  }

  /** @param {ArrayBuffer} data */
  #take(data) {
    const header = new DataView(data, 0, HEADER_BYTES);
    const [turn, piece] = [header.getUint32(0), header.getUint32(4)];
    this.#pieces = piece + 1;
    this.#tell("piece", { turn, piece, bytes: new Uint8Array(data, HEADER_BYTES) });
  }

  /**
   * @param {WebSocket} socket
   * @param {number} code
   */
  #lost(socket, code) {
    if (this.#closed || socket !== this.#socket) return;
    if (code === TAKEN_OVER || OVER.includes(code)) {
      this.#closed = true;
      this.#tell(code === TAKEN_OVER ? "taken" : "over", null);
      return;
    }
    const isFull = code === FULL;
    this.#attempt += 1;
    const wait = isFull ? LONGEST_WAIT_MS : Math.min(LONGEST_WAIT_MS, FIRST_WAIT_MS * 2 ** (this.#attempt - 1));
    this.#timer = setTimeout(() => this.open(), wait * (0.75 + Math.random() / 2));
    if (!isFull) this.#tell("lost", this.#attempt);
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
