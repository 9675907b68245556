/**
 * The portrait: a still picture, over it the loops of rest and of listening, over them the answer. One is faded into the
 * other only when its picture is really there, so that the face neither freezes nor goes dark. Knows no conversation.
 */

const FADED_MS = 400; // longer than a fade in the style

/** @typedef {"still" | "idle" | "listen" | "answer"} Showing */

/** @typedef {{idle: string, listen: string, poster: string}} Loops */

export class Stage {
  #isStill = false;
  #isListening = false;
  #isAnswering = false;
  #showing = /** @type {Showing} */ ("still");

  /**
   * @param {HTMLElement} root
   * @param {{poster: HTMLImageElement, idle: HTMLVideoElement, listen: HTMLVideoElement, answer: HTMLVideoElement}} layers
   */
  constructor(root, layers) {
    this.root = root;
    this.layers = layers;
  }

  /**
   * @param {Loops} loops
   * @param {{width: number, height: number}} size
   */
  load(loops, size) {
    document.documentElement.style.setProperty("--ratio", String(size.width / size.height));
    this.#wake(loops.poster);
    for (const name of /** @type {const} */ (["idle", "listen"])) {
      const video = this.layers[name];
      video.addEventListener("error", () => setTimeout(() => (video.src = loops[name]), 5000), { once: true });
      video.src = loops[name];
    }
    this.#show();
  }

  /**
   * The first picture of the portrait takes the place of what stood there, once it is drawn.
   *
   * @param {string} poster
   */
  async #wake(poster) {
    const picture = new Image();
    picture.src = poster;
    await picture.decode().catch(() => {}); // without it the loops come all the same
    if (picture.naturalWidth) this.layers.poster.src = poster;
    this.root.dispatchEvent(new CustomEvent("awake"));
  }

  /** @param {boolean} isStill no movement but that of the answer's sound */
  still(isStill) {
    this.#isStill = isStill;
    this.#show();
  }

  /** @param {boolean} isListening the visitor writes or speaks */
  listening(isListening) {
    if (isListening === this.#isListening) return;
    this.#isListening = isListening;
    this.#show();
  }

  /** @param {boolean} isAnswering a picture of the answer stands ready, or none is left */
  answering(isAnswering) {
    if (isAnswering === this.#isAnswering) return;
    this.#isAnswering = isAnswering;
    this.#show();
  }

  /** Take all movement away, for good. */
  end() {
    this.still(true);
  }

  #wanted() {
    if (this.#isStill) return "still";
    if (this.#isAnswering) return "answer";
    return this.#isListening ? "listen" : "idle";
  }

  async #show() {
    const wanted = this.#wanted();
    if (wanted === this.#showing) return;
    if (wanted === "idle" || wanted === "listen") {
      await begun(this.layers[wanted]);
      if (wanted !== this.#wanted()) return; // something else happened meanwhile
    }
    this.#showing = wanted;
    this.root.dataset.showing = wanted;
    setTimeout(() => wanted === this.#showing && this.#rest(), FADED_MS);
  }

  /** What is covered need not move. */
  #rest() {
    for (const name of /** @type {const} */ (["idle", "listen"])) {
      if (name !== this.#showing) this.layers[name].pause();
    }
    if (this.#showing !== "answer") this.root.dispatchEvent(new CustomEvent("covered"));
  }
}

/**
 * A loop, from its rest pose on, once its first picture stands there.
 *
 * @param {HTMLVideoElement} video
 */
async function begun(video) {
  if (!video.src) return;
  video.currentTime = 0;
  const presented = new Promise((done) => video.requestVideoFrameCallback(done));
  try {
    await video.play();
    await presented;
  } catch {
    // without a loop the still picture stays
  }
}
