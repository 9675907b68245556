/**
 * Plays an answer while its pieces arrive, in one video element. Knows nothing of the line that they come by, and
 * nothing of the loops around it.
 */

const STALLED_MS = 250; // a shorter gap is not seen
const AGAIN_S = 0.8; // after a gap: one longer rest is calmer than several
const BEHIND_S = 20; // what was played longer ago may go, where the browser wants room

/** @type {typeof MediaSource | undefined} */
const Media = /** @type {any} */ (window).ManagedMediaSource ?? window.MediaSource;

/** @param {string} mime */
export function plays(mime) {
  return Media?.isTypeSupported(mime) ?? false;
}

/**
 * Events: `shown` (the first picture of an answer stands on the screen), `stalled` and `resumed`, `speaking` (a phrase's
 * index), `blocked` (the browser wants a gesture before it gives sound), `done`, `broken`.
 */
export class Player extends EventTarget {
  /** @type {MediaSource | null} */
  #media = null;
  /** @type {SourceBuffer | null} */
  #buffer = null;
  /** @type {Uint8Array[]} */
  #pieces = [];
  /** @type {{phrase: number, start_s: number}[]} */
  #cues = [];
  #cue = -1;
  #complete = false;
  #hasPieces = false;
  #isResting = false;
  #address = "";
  #timer = 0;
  #watch = 0;

  /** @param {HTMLVideoElement} video */
  constructor(video) {
    super();
    this.video = video;
    video.disableRemotePlayback = true; // or an iPhone gives no media source
    video.addEventListener("waiting", () => this.#waiting());
    video.addEventListener("playing", () => this.#playing());
    video.addEventListener("timeupdate", () => this.isPlaying && this.#follow(video.currentTime));
    video.addEventListener("ended", () => this.#done());
    video.addEventListener("error", () => this.#address && this.#tell("broken", video.error?.message));
    this.turn = -1;
    this.isPlaying = false;
  }

  get position() {
    return this.video.currentTime;
  }

  /**
   * Make ready for an answer; its pieces follow.
   *
   * @param {number} turn
   * @param {string} mime
   */
  begin(turn, mime) {
    this.stop();
    this.turn = turn;
    this.isPlaying = true;
    const media = new /** @type {typeof MediaSource} */ (Media)();
    this.#media = media;
    this.#address = URL.createObjectURL(media);
    media.addEventListener("sourceopen", () => this.#opened(media, mime), { once: true });
    this.video.src = this.#address;
    this.video.muted = false; // a line was written meanwhile, which is the gesture that an earlier answer lacked
    this.#watchPictures();
    this.#play();
  }

  /**
   * @param {number} turn
   * @param {Uint8Array} bytes
   */
  append(turn, bytes) {
    if (turn !== this.turn || !this.isPlaying) return;
    this.#hasPieces = true;
    this.#pieces.push(bytes);
    this.#feed();
  }

  /**
   * Where in the answer the sound of a phrase begins.
   *
   * @param {number} turn
   * @param {number} phrase
   * @param {number} start_s
   */
  cue(turn, phrase, start_s) {
    const isNew = !this.#cues.some((each) => each.phrase === phrase);
    if (turn === this.turn && isNew) this.#cues.push({ phrase, start_s });
  }

  /**
   * All of the answer was handed over. False where that is nothing, so that there is nothing to wait for.
   *
   * @param {number} turn
   */
  complete(turn) {
    if (turn !== this.turn || !this.#hasPieces) return false;
    this.#complete = true;
    this.#feed();
    return true;
  }

  /** Be silent now, and leave the last picture where it is until somebody covers it. */
  stop() {
    this.isPlaying = false;
    this.turn = -1;
    clearTimeout(this.#timer);
    this.video.pause();
    if (this.#watch) this.video.cancelVideoFrameCallback?.(this.#watch);
    [this.#pieces, this.#cues, this.#cue, this.#watch] = [[], [], -1, 0];
    [this.#media, this.#buffer, this.#complete, this.#isResting] = [null, null, false, false];
    this.#hasPieces = false;
  }

  /** Forget the picture too: nobody sees it any more. */
  clear() {
    if (this.isPlaying || !this.#address) return;
    URL.revokeObjectURL(this.#address);
    this.#address = "";
    this.video.removeAttribute("src");
    this.video.load();
  }

  /** After a gesture of the visitor: with sound from here on. */
  unmute() {
    this.video.muted = false;
    if (this.isPlaying) this.#play();
  }

  /**
   * @param {MediaSource} media
   * @param {string} mime
   */
  #opened(media, mime) {
    if (media !== this.#media) return;
    this.#buffer = media.addSourceBuffer(mime);
    this.#buffer.addEventListener("updateend", () => this.#feed());
    this.#feed();
  }

  #feed() {
    const [media, buffer] = [this.#media, this.#buffer];
    if (!media || !buffer || buffer.updating || media.readyState !== "open") return;
    this.#goOn(buffer);
    const piece = this.#pieces[0];
    if (!piece) {
      if (this.#complete) media.endOfStream();
      return;
    }
    try {
      buffer.appendBuffer(/** @type {BufferSource} */ (piece));
      this.#pieces.shift();
    } catch (error) {
      this.#makeRoom(buffer, error);
    }
  }

  /**
   * @param {SourceBuffer} buffer
   * @param {unknown} error
   */
  #makeRoom(buffer, error) {
    const old = this.video.currentTime - BEHIND_S;
    const isFull = error instanceof DOMException && error.name === "QuotaExceededError";
    if (isFull && old > 0) buffer.remove(0, old);
    else if (!isFull) this.#tell("broken", String(error));
    else setTimeout(() => this.#feed(), 1000);
  }

  async #play() {
    try {
      await this.video.play();
    } catch (error) {
      if (!(error instanceof DOMException) || error.name !== "NotAllowedError") return; // stopped meanwhile
      this.video.muted = true;
      this.#tell("blocked", null);
      await this.video.play().catch(() => this.#tell("broken", "no playback without a gesture"));
    }
  }

  /** Follow the pictures as they are presented: the first is shown, and phrases begin with their cues. */
  #watchPictures() {
    let isFirst = true;
    const presented = (/** @type {number} */ _now, /** @type {{mediaTime: number}} */ picture) => {
      if (!this.isPlaying) return;
      if (isFirst) this.#tell("shown", null);
      isFirst = false;
      this.#follow(picture.mediaTime);
      this.#watch = this.video.requestVideoFrameCallback(presented);
    };
    this.#watch = this.video.requestVideoFrameCallback(presented);
  }

  /** @param {number} position */
  #follow(position) {
    if (this.position === 0) return; // the first picture stands there before the sound begins
    const due = this.#cues.findLastIndex((each) => each.start_s <= position);
    if (due <= this.#cue) return;
    this.#cue = due;
    this.#tell("speaking", this.#cues[due].phrase);
  }

  #waiting() {
    clearTimeout(this.#timer);
    if (this.isPlaying && this.position > 0) this.#timer = setTimeout(() => this.#rest(), STALLED_MS);
  }

  /** The line, or the machine behind it, does not keep up. */
  #rest() {
    if (!this.isPlaying || this.#complete) return;
    this.#isResting = true;
    this.video.pause();
    this.#tell("stalled", null);
  }

  /** @param {SourceBuffer} buffer */
  #goOn({ buffered }) {
    if (!this.#isResting || !buffered.length) return;
    if (!this.#complete && buffered.end(buffered.length - 1) - this.position < AGAIN_S) return;
    this.#isResting = false;
    this.#play();
  }

  #playing() {
    clearTimeout(this.#timer);
    if (this.isPlaying && this.position > 0) this.#tell("resumed", null);
  }

  #done() {
    if (!this.isPlaying) return;
    this.isPlaying = false;
    this.#tell("done", null);
  }

  /**
   * @param {string} name
   * @param {unknown} detail
   */
  #tell(name, detail) {
    this.dispatchEvent(new CustomEvent(name, { detail }));
  }
}
